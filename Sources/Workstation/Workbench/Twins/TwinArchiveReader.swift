import TwinModel

/// Takes a twin out of a file piece by piece; what nobody asked for is an error in the end.
struct TwinArchiveReader {
  private let file: Safetensors
  private var asked: Set<String> = []

  init(_ file: Safetensors) { self.file = file }

  mutating func twin() throws(TwinFileError) -> TwinParameters {
    guard file.metadata["format"] == TwinArchive.format else {
      throw TwinFileError(
        what: "this file holds no twin", why: "Its metadata does not say format = \(TwinArchive.format)",
        remedy: "Give a file that 'edgesync fit' wrote, or see docs/twin-files.md for what one must hold")
    }
    let version = try whole("version")
    guard version >= 1, version <= TwinArchive.version else {
      throw TwinFileError(
        what: "the twin's file is of version \(version)", why: "This program reads version \(TwinArchive.version)",
        remedy: "Update edgesync, or fit the twin anew")
    }
    let solver = try choice("solver", TwinSolver.allCases, \.name)
    let calculus = solver.calculus == .ito ? "ito" : "stratonovich"
    if let said = file.metadata["calculus"], said != calculus {
      throw bad("calculus", "'\(said)', where \(solver.name) is of \(calculus)")
    }
    let noise = try choice("noise", NoiseShape.allCases, \.name)
    let drift = try net("drift")
    let diffusion: Perceptron? = noise == .none ? nil : try net("diffusion")
    guard let timeStep = Float(try text("time_step")) else { throw bad("time_step", "no number") }
    var rows: [UInt8] = []
    for row in try integers("noisy_rows") {
      guard let row = UInt8(exactly: row) else { throw bad("noisy_rows", "\(row), which no row is") }
      rows.append(row)
    }
    let offset = try floats("drive_offset")
    let scale = try floats("response_scale")
    let rates = try floats("rates")
    let (nx, na) = (scale.count, rates.count)
    let coupling = try floats("coupling", [nx, na])
    let injection = try floats("injection", [na, nx])
    let observer = try floats("observer", [na, nx])
    let (substeps, driveTaps) = (try whole("substeps"), try whole("drive_taps"))
    let (responseTaps, sources) = (try whole("response_taps"), try whole("noise_sources"))
    let driveScale = try floats("drive_scale", [offset.count])
    let (responseOffset, driftScale) = (try floats("response_offset", [nx]), try floats("drift_scale", [nx]))
    let (low, high) = (try floats("response_low", [nx]), try floats("response_high", [nx]))
    let residualScale = try floats("residual_scale", [nx])
    let diffusionScale = try floats("diffusion_scale", [rows.count])
    let diffusionFloor = try floats("diffusion_floor", [rows.count])
    try finish()
    do throws(TwinFault) {
      return try TwinParameters(
        solver: solver, substeps: substeps, timeStep: timeStep, driveTaps: driveTaps, responseTaps: responseTaps,
        driveOffset: offset, driveScale: driveScale, responseOffset: responseOffset, responseScale: scale,
        responseLow: low, responseHigh: high, drift: drift, driftScale: driftScale, rates: rates, coupling: coupling,
        injection: injection, observer: observer, noiseShape: noise, noiseSources: sources, noisyRows: rows,
        diffusion: diffusion, diffusionScale: diffusionScale, diffusionFloor: diffusionFloor,
        residualScale: residualScale)
    } catch {
      throw TwinFileError(
        what: "the twin's numbers do not fit together", why: "\(error.field) is out of its range or of another size")
    }
  }

  private mutating func net(_ name: String) throws(TwinFileError) -> Perceptron {
    var widths: [Int] = []
    var weights: [Float] = []
    var inputs = 0
    while let matrix = file.tensors["\(name).\(widths.count).weight"] {
      let layer = "\(name).\(widths.count)"
      guard widths.count <= Perceptron.mostLayers, matrix.shape.count == 2, matrix.shape[0] >= 1,
        widths.isEmpty || matrix.shape[1] == widths[widths.count - 1]
      else { throw bad("\(layer).weight", "shape \(matrix.shape), which does not follow the layer before") }
      if widths.isEmpty { inputs = matrix.shape[1] }
      weights += try floats("\(layer).weight", matrix.shape)
      weights += try floats("\(layer).bias", [matrix.shape[0]])
      widths.append(matrix.shape[0])
    }
    guard let outputs = widths.popLast() else { throw missing("\(name).0.weight") }
    let activation = try choice("\(name)_activation", Activation.allCases, \.name)
    guard
      let net = Perceptron(
        inputs: inputs, widths: widths, outputs: outputs, activation: activation, weights: weights)
    else { throw bad("\(name).0.weight", "layers of \(inputs), \(widths), \(outputs) units, which is out of range") }
    return net
  }

  /// F32 numbers, all finite; of `shape` where given, else a vector.
  private mutating func floats(_ name: String, _ shape: [Int]? = nil) throws(TwinFileError) -> [Float] {
    guard let tensor = file.tensors[name] else { throw missing(name) }
    asked.insert(name)
    guard let values = tensor.floats else { throw bad(name, "elements of type \(tensor.kind.rawValue), not F32") }
    guard shape.map({ $0 == tensor.shape }) ?? (tensor.shape.count == 1) else {
      throw bad(name, "shape \(tensor.shape)" + (shape.map { " instead of \($0)" } ?? ", which is no vector"))
    }
    if let place = values.firstIndex(where: { !$0.isFinite }) { throw bad(name, "\(values[place]) at place \(place)") }
    return values
  }

  private mutating func integers(_ name: String) throws(TwinFileError) -> [Int64] {
    guard let tensor = file.tensors[name] else { throw missing(name) }
    asked.insert(name)
    guard tensor.shape.count == 1, let values = tensor.integers else {
      throw bad(name, "\(tensor.kind.rawValue) elements of shape \(tensor.shape), not an I64 vector")
    }
    return values
  }

  private func text(_ key: String) throws(TwinFileError) -> String {
    guard let text = file.metadata[key] else {
      throw TwinFileError(what: "the twin's file is not whole", why: "Its metadata lacks '\(key)'")
    }
    return text
  }

  private func whole(_ key: String) throws(TwinFileError) -> Int {
    let said = try text(key)
    guard let value = Int(said), (0...65_535).contains(value) else { throw bad(key, "'\(said)', not a count") }
    return value
  }

  private func choice<T>(
    _ key: String, _ all: [T], _ name: (T) -> String
  ) throws(TwinFileError) -> T {
    let said = try text(key)
    guard let found = all.first(where: { name($0) == said }) else {
      throw bad(key, "'\(said)', which is none of \(all.map(name).joined(separator: ", "))")
    }
    return found
  }

  private func finish() throws(TwinFileError) {
    for name in file.tensors.keys.sorted() where !asked.contains(name) {
      throw TwinFileError(
        what: "the twin's file holds an array '\(name)' that a twin like this does not have",
        why: "It was altered, or a newer program wrote it", remedy: "Update edgesync, or fit the twin anew")
    }
  }

  private func missing(_ name: String) -> TwinFileError {
    TwinFileError(what: "the twin's file is not whole", why: "The array '\(name)' is missing")
  }

  private func bad(_ name: String, _ found: String) -> TwinFileError {
    TwinFileError(what: "'\(name)' of the twin's file cannot be used", why: "It has \(found)")
  }
}
