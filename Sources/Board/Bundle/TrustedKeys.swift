import WireFormat

/// The public keys a board accepts bundles from: every `*.pub` file of one folder.
public enum TrustedKeys {
  /// The keys in `directory`, and the names of `*.pub` files that hold none. A folder that is not there holds no keys.
  public static func load<Files: FileSystem>(
    _ directory: String, _ files: inout Files
  ) throws(FileError) -> (keys: [PublicKey], unusable: [String]) {
    var keys: [PublicKey] = []
    var unusable: [String] = []
    let names: [String]
    do throws(FileError) {
      names = try files.list(directory)
    } catch {
      guard error == .notFound else { throw error }
      return ([], [])
    }
    for name in names where Array(name.utf8).suffix(4).elementsEqual(".pub".utf8) {
      if let file = try? files.read(directory + "/" + name, maximum: 4096), let key = PublicKey(file: file) {
        if !keys.contains(key) { keys.append(key) }
      } else {
        unusable.append(name)
      }
    }
    return (keys, unusable)
  }
}
