import Foundation
import TwinFitting
import TwinModel
import Workbench

/// A shared twin as a safetensors file: the twin of a device whose numbers are 0, how numbers enter the first layers, and
/// the numbers of the devices known. docs/twin-files.md has the names.
package enum SharedArchive {
  static let format = "edgetwin-shared-twin"
  static let version = 1
  /// Largest file that is read.
  private static let largestFile = 64 << 20

  package static func bytes(_ shared: SharedTwin, facts: [String: String]) throws -> [UInt8] {
    let width = shared.embedding
    var file = TwinArchive.file(try shared.twin([Float](repeating: 0, count: width)), facts: facts)
    let columns = shared.columns
    func put(_ name: String, _ values: [Float], _ shape: [Int]) { file.tensors[name] = Tensor(values, shape: shape) }
    put("drift.context", columns.drift, [columns.drift.count / width, width])
    put("diffusion.context", columns.diffusion, [columns.diffusion.count / width, width])
    put("embeddings", Array(shared.embeddings.joined()), [shared.embeddings.count, width])
    put("likelihoods", shared.likelihoods.map { Float($0) }, [shared.likelihoods.count])
    file.metadata["format"] = format
    file.metadata["version"] = "\(version)"
    file.metadata["epochs"] = "\(shared.epochs)"
    file.metadata["best_epoch"] = "\(shared.bestEpoch)"
    return file.encoded
  }

  /// The shared twin of a file's bytes; every name, type, size and number is checked.
  package static func twin(_ bytes: [UInt8]) throws(TwinFileError) -> SharedTwin {
    var file = try Safetensors(decoding: bytes)
    guard file.metadata["format"] == format, file.metadata["version"] == "\(version)" else {
      throw damaged("its metadata does not say format = \(format), version = \(version)")
    }
    func take(_ name: String, rank: Int) throws(TwinFileError) -> (values: [Float], shape: [Int]) {
      guard let tensor = file.tensors.removeValue(forKey: name), let values = tensor.floats, tensor.shape.count == rank
      else { throw damaged("array '\(name)' is missing, or not F32 of rank \(rank)") }
      return (values, tensor.shape)
    }
    let drift = try take("drift.context", rank: 2)
    let diffusion = try take("diffusion.context", rank: 2)
    let numbers = try take("embeddings", rank: 2)
    let likelihoods = try take("likelihoods", rank: 1)
    let width = numbers.shape[1]
    guard numbers.shape[0] > 0, width > 0, drift.shape[1] == width, diffusion.shape[1] == width else {
      throw damaged("its arrays disagree on how many numbers a device has")
    }
    file.metadata["format"] = TwinArchive.format
    file.metadata["version"] = "\(TwinArchive.version)"
    let base = try TwinArchive.twin(file)
    do throws(TwinFitError) {
      return try SharedTwin(
        base: base, drift: drift.values, diffusion: diffusion.values,
        embeddings: (0..<numbers.shape[0]).map { Array(numbers.values[($0 * width)..<(($0 + 1) * width)]) },
        likelihoods: likelihoods.values.map { Double($0) }, epochs: file.metadata["epochs"].flatMap { Int($0) } ?? 0,
        bestEpoch: file.metadata["best_epoch"].flatMap { Int($0) } ?? 0)
    } catch {
      throw damaged("its arrays make no shared twin: \(error)")
    }
  }

  /// The bytes of the file at `path`; nil where there is none that can be read, or it is larger than any shared twin.
  static func load(_ path: String) -> [UInt8]? {
    guard let handle = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)) else { return nil }
    defer { try? handle.close() }
    guard let data = try? handle.read(upToCount: largestFile + 1), data.count <= largestFile else { return nil }
    return [UInt8](data)
  }

  private static func damaged(_ why: String) -> TwinFileError {
    TwinFileError(
      what: "this is no sound file of a shared twin", why: why.prefix(1).uppercased() + why.dropFirst(),
      remedy: "Run 'edgesync fit --shared' again")
  }
}
