import CTwinStep

/// The equations of several twins as one over all their states.
struct GroupField: StochasticField {
  let rows: Int
  let sources: Int
  let isa: Int32
  let count: Int
  /// [count].
  let fields: UnsafeMutablePointer<TwinField>
  // [count]: the drift nets, and where their inputs and outputs lie.
  private let nets: UnsafeMutablePointer<ts_net>
  private let inputs: UnsafeMutablePointer<UnsafePointer<Float>?>
  private let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  // Nets of one shape that follow each other: how many from each on.
  private let runs: UnsafeMutablePointer<Int32>

  /// Takes over `fields`; `free` gives it back.
  init(_ fields: UnsafeMutablePointer<TwinField>, count: Int, rows: Int, sources: Int, isa: Int32) {
    self.fields = fields
    self.count = count
    self.rows = rows
    self.sources = sources
    self.isa = isa
    nets = UnsafeMutablePointer<ts_net>.allocate(capacity: count)
    inputs = UnsafeMutablePointer<UnsafePointer<Float>?>.allocate(capacity: count)
    outputs = UnsafeMutablePointer<UnsafeMutablePointer<Float>?>.allocate(capacity: count)
    runs = UnsafeMutablePointer<Int32>.allocate(capacity: count)
    for index in 0..<count {
      (nets + index).initialize(to: fields[index].drift.pointee)
      (inputs + index).initialize(to: UnsafePointer(fields[index].inputs))
      (outputs + index).initialize(to: fields[index].driftOut)
    }
    PackedNet.countRuns(nets, count: count, into: runs)
  }

  /// Gives back what `init` took.
  func free() {
    nets.deallocate()
    inputs.deallocate()
    outputs.deallocate()
    runs.deallocate()
    fields.deallocate()
  }

  mutating func stage(
    _ state: UnsafeMutablePointer<Float>, phase: Float, noise: UnsafePointer<Float>?,
    into change: UnsafeMutablePointer<Float>
  ) {
    var row = 0
    for index in 0..<count {
      fields[index].look(state + row, phase: phase)
      row += fields[index].rows
    }
    var net = 0
    while net < count {
      ts_evaluate(isa, nets + net, runs[net], inputs + net, outputs + net)
      net += Int(runs[net])
    }
    row = 0
    var xi = noise
    for index in 0..<count {
      fields[index].combine(state + row, noise: xi, into: change + row)
      row += fields[index].rows
      if let now = xi { xi = now + fields[index].sources }
    }
  }
}
