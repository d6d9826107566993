import Foundation

/// Files that stand beside the programs: board folders and scripts, of the source tree or installed under share/.
package enum SourceTree {
  /// The file at `path` below the folder of this program or one above it, or below the working folder or one above it.
  package static func find(_ path: String) -> String? {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/"
    let working = FileManager.default.currentDirectoryPath
    for start in [URL(fileURLWithPath: own).deletingLastPathComponent(), URL(fileURLWithPath: working)] {
      var folder = start
      while true {
        for place in [folder.path, folder.path + "/share/edgetwin"] {
          let file = (place == "/" ? "" : place) + "/" + path
          if FileManager.default.fileExists(atPath: file) { return file }
        }
        let above = folder.deletingLastPathComponent()
        if above.path == folder.path { break }
        folder = above
      }
    }
    return nil
  }
}
