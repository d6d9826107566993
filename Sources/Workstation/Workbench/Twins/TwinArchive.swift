import Foundation
import TwinModel

/// Twins as safetensors files: every array of a twin under a plain name, scalars as texts in the metadata. The names stand
/// in docs/twin-files.md.
public enum TwinArchive {
  /// What `format` in the metadata says.
  public static let format = "edgetwin-twin"
  /// The newest `version` this code reads.
  public static let version = 1
  /// Ends the names of twins' files.
  public static let suffix = ".safetensors"
  /// Largest file that is read: above the widest twin's.
  static let largestFile = 64 << 20

  /// A twin's arrays and scalars.
  ///
  /// - Parameter facts: further texts for the metadata, such as whose twin it is.
  public static func file(_ twin: TwinParameters, facts: [String: String] = [:]) -> Safetensors {
    var file = Safetensors(metadata: facts)
    let (nx, na, rows) = (twin.observables, twin.auxiliaries, twin.noisyRows.count)
    func put(_ name: String, _ values: [Float], _ shape: [Int]) { file.tensors[name] = Tensor(values, shape: shape) }
    put("drive_offset", twin.driveOffset, [twin.drives])
    put("drive_scale", twin.driveScale, [twin.drives])
    put("response_offset", twin.responseOffset, [nx])
    put("response_scale", twin.responseScale, [nx])
    put("response_low", twin.responseLow, [nx])
    put("response_high", twin.responseHigh, [nx])
    put("drift_scale", twin.driftScale, [nx])
    put("residual_scale", twin.residualScale, [nx])
    put("rates", twin.rates, [na])
    put("coupling", twin.coupling, [nx, na])
    put("injection", twin.injection, [na, nx])
    put("observer", twin.observer, [na, nx])
    put("diffusion_scale", twin.diffusionScale, [rows])
    put("diffusion_floor", twin.diffusionFloor, [rows])
    file.tensors["noisy_rows"] = Tensor(twin.noisyRows.map(Int64.init))
    add(twin.drift, "drift", to: &file)
    if let diffusion = twin.diffusion { add(diffusion, "diffusion", to: &file) }
    file.metadata["format"] = format
    file.metadata["version"] = "\(version)"
    file.metadata["solver"] = twin.solver.name
    file.metadata["calculus"] = twin.solver.calculus == .ito ? "ito" : "stratonovich"
    file.metadata["substeps"] = "\(twin.substeps)"
    file.metadata["time_step"] = "\(twin.timeStep)"
    file.metadata["drive_taps"] = "\(twin.driveTaps)"
    file.metadata["response_taps"] = "\(twin.responseTaps)"
    file.metadata["noise"] = twin.noiseShape.name
    file.metadata["noise_sources"] = "\(twin.noiseSources)"
    file.metadata["drift_activation"] = twin.drift.activation.name
    if let diffusion = twin.diffusion { file.metadata["diffusion_activation"] = diffusion.activation.name }
    return file
  }

  /// The twin of a file's arrays; every name, type, size and number is checked.
  public static func twin(_ file: Safetensors) throws(TwinFileError) -> TwinParameters {
    var reader = TwinArchiveReader(file)
    return try reader.twin()
  }

  /// Reads the file at `path`.
  public static func read(path: String) throws(TwinFileError) -> (twin: TwinParameters, facts: [String: String]) {
    if path.hasSuffix(".twin") {
      throw TwinFileError(
        path: path, what: "this twin was stored by an earlier program",
        why: "Twins are \(suffix) files now", remedy: "Run 'edgesync fit' again")
    }
    do throws(TwinFileError) {
      let file = try Safetensors(decoding: try load(path))
      return (try twin(file), file.metadata)
    } catch {
      throw error.at(path)
    }
  }

  /// Writes a twin to `path`, whole or not at all, and returns the file's bytes.
  @discardableResult
  public static func write(
    _ twin: TwinParameters, facts: [String: String] = [:], to path: String
  ) throws(ProjectError) -> [UInt8] {
    let bytes = file(twin, facts: facts).encoded
    try AtomicFile.write(bytes, to: path)
    return bytes
  }

  private static func load(_ path: String) throws(TwinFileError) -> [UInt8] {
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      let data = try handle.read(upToCount: largestFile + 1) ?? Data()
      guard data.count <= largestFile else {
        throw TwinFileError(what: "the file is larger than any twin", why: "It has more than \(largestFile) bytes")
      }
      return [UInt8](data)
    } catch let error as TwinFileError {
      throw error
    } catch {
      throw TwinFileError(
        what: "the twin cannot be read", why: FileFault.reason(error),
        remedy: "Check the path and the permissions, or run 'edgesync fit' again")
    }
  }

  private static func add(_ net: Perceptron, _ name: String, to file: inout Safetensors) {
    var below = net.inputs
    var place = 0
    for (layer, width) in (net.widths + [net.outputs]).enumerated() {
      let biases = place + width * below
      file.tensors["\(name).\(layer).weight"] = Tensor(Array(net.weights[place..<biases]), shape: [width, below])
      file.tensors["\(name).\(layer).bias"] = Tensor(Array(net.weights[biases..<biases + width]), shape: [width])
      place = biases + width
      below = width
    }
  }
}
