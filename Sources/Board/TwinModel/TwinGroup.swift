import CTwinStep

/// Many twins stepped together, which is faster than one by one: their nets are evaluated side by side. The results are
/// those of a `TwinState` each, to the bit. A step allocates nothing.
public struct TwinGroup: ~Copyable, @unchecked Sendable {
  private let cells: [TwinCell]
  private let core: GroupField
  private let memory: UnsafeMutablePointer<Float>
  private let state: UnsafeMutablePointer<Float>
  private let scratch: UnsafeMutablePointer<Float>
  private let solver: TwinSolver
  private let substeps: Int
  /// Drives of all twins together.
  public let drives: Int
  /// Observables of all twins together.
  public let observables: Int
  /// Standard normal deviates a step takes: substep by substep, in each twin by twin.
  public let noisesPerStep: Int

  public var count: Int { cells.count }

  /// Twins at `drive` and `response` for as long as they remember. Nil unless there is at least one, and solver and
  /// substeps are the same for all.
  public init?(_ twins: [TwinParameters], drive: Float = 0, response: Float = 0) {
    guard let first = twins.first else { return nil }
    for twin in twins where twin.solver != first.solver || twin.substeps != first.substeps { return nil }
    let isa = ts_best_isa()
    var all: [TwinCell] = []
    var size = 0
    var rows = 0
    var sources = 0
    var (inputs, outputs) = (0, 0)
    for twin in twins {
      let cell = TwinCell(twin, isa: isa)
      all.append(cell)
      size += PackedNet.padded(cell.layout.size)
      rows += cell.tables.field.rows
      sources += twin.noiseSources
      inputs += twin.drives
      outputs += twin.observables
    }
    let total = size + rows + TwinSolver.scratch(rows: rows)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: 4 * total, alignment: 64)
    let floats = raw.bindMemory(to: Float.self, capacity: total)
    floats.initialize(repeating: 0, count: total)
    var places: [UnsafeMutablePointer<Float>] = []
    let fields = UnsafeMutablePointer<TwinField>.allocate(capacity: all.count)
    var at = floats
    for index in 0..<all.count {
      all[index].start(
        at, drives: [Float](repeating: drive, count: twins[index].drives),
        responses: [Float](repeating: response, count: twins[index].observables))
      places.append(at)
      (fields + index).initialize(to: all[index].field(at))
      at += PackedNet.padded(all[index].layout.size)
    }
    cells = all
    solver = first.solver
    substeps = first.substeps
    memory = floats
    state = floats + size
    scratch = floats + size + rows
    drives = inputs
    observables = outputs
    noisesPerStep = sources * first.substeps
    core = GroupField(fields, count: all.count, rows: rows, sources: sources, isa: isa)
    var row = 0
    for index in 0..<all.count {
      let from = places[index] + all[index].layout.state
      for offset in 0..<fields[index].rows { state[row + offset] = from[offset] }
      row += fields[index].rows
    }
  }

  deinit {
    core.free()
    UnsafeMutableRawPointer(memory).deallocate()
  }

  /// One control sample of every twin.
  ///
  /// - Parameters:
  ///   - drives: [twins, drives each], channel units.
  ///   - noise: [substeps, twins, sources each] standard normal deviates; empty for the noiseless twins.
  ///   - responses: [twins, observables each], written, channel units.
  /// - Returns: false, with nothing changed, where there are too few of any.
  public mutating func step(
    drives: UnsafeBufferPointer<Float>, noise: UnsafeBufferPointer<Float>,
    responses: UnsafeMutableBufferPointer<Float>
  ) -> Bool {
    guard drives.count >= self.drives, responses.count >= observables, let s = drives.baseAddress,
      noise.isEmpty || noise.count >= noisesPerStep, let x = responses.baseAddress
    else { return false }
    var from = s
    for index in 0..<core.count {
      core.fields[index].begin(from)
      from += core.fields[index].drives
    }
    var field = core
    var xi = noise.isEmpty ? nil : noise.baseAddress
    for index in 0..<substeps {
      solver.substep(&field, state: state, index: index, of: substeps, noise: xi, scratch: scratch)
      if let now = xi { xi = now + field.sources }
    }
    var rows = state
    var to = x
    for index in 0..<core.count {
      let twin = core.fields + index
      twin.pointee.clamp(rows)
      twin.pointee.finish(rows)
      for i in 0..<twin.pointee.observables { to[i] = twin.pointee.latest[i] }
      to += twin.pointee.observables
      rows += twin.pointee.rows
    }
    return true
  }
}
