import CTrainingKernels
import Foundation
import TrainingKernels

// What the benchmark against other programs runs of ours; `Benchmarks/bench-twins.py` calls it.

let start = ContinuousClock.now
do {
  try run(Array(CommandLine.arguments.dropFirst()))
} catch {
  FileHandle.standardError.write(Data("twinbench: \(error)\n".utf8))
  exit(1)
}

func run(_ arguments: [String]) throws {
  guard let command = arguments.first else {
    throw BenchFault("say what: train, gradient, peak, accuracy, sweep, spinode or fit")
  }
  let options = try BenchOptions(Array(arguments.dropFirst()))
  switch command {
  case "train": try train(options)
  case "gradient": try writeGradient(options)
  case "peak": peak(options)
  case "accuracy": try report(Campaign.accuracy(options))
  case "sweep": try report(Campaign.sweep(options))
  case "fit": try report(Campaign.fitTime(options))
  case "spinode": try report(Campaign.spinode(options))
  default: throw BenchFault("there is no '\(command)'")
  }
}

func seconds(_ since: ContinuousClock.Instant) -> Double { (ContinuousClock.now - since) / .seconds(1) }

func report(_ figures: [Figure]) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(figures), as: UTF8.self))
  if figures.contains(where: { !$0.holds }) { exit(1) }
}

func task(_ options: BenchOptions) throws -> TrainingTask {
  let hidden: [Int]
  switch options["net"] ?? "64x2" {
  case "64x2": hidden = [64, 64]
  case "1x32": hidden = [32]
  case let other: throw BenchFault("there is no net '\(other)'")
  }
  guard let kind = TrainingTask.Kind(rawValue: options["task"] ?? "A") else { throw BenchFault("tasks are A and B") }
  guard let path = options["init"], let data = FileManager.default.contents(atPath: path) else {
    throw BenchFault("--init names no readable file")
  }
  let values = data.withUnsafeBytes { raw in
    (0..<(raw.count / 4)).map { Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))) }
  }
  return try TrainingTask(
    kind: kind, hidden: hidden, file: values, threads: options.integer("threads") ?? 1, isa: try options.isa())
}

func train(_ options: BenchOptions) throws {
  let task = try task(options)
  var loss = task.step()
  let first = seconds(start)
  let chunk = options.real("seconds") ?? 0.8
  var begin = ContinuousClock.now
  var count = 0
  while seconds(begin) < max(0.3, chunk) {
    loss = task.step()
    count += 1
  }
  let perChunk = max(1, Int(Double(count) / seconds(begin) * chunk))
  let rates = (0..<7).map { _ in
    begin = ContinuousClock.now
    for _ in 0..<perChunk { loss = task.step() }
    return Double(perChunk) / seconds(begin)
  }.sorted()
  let flop = options["net"] == "1x32" ? 22.9376e6 : 675.0208e6
  try write([
    "steps_per_second": rates[3], "rates": rates, "loss": loss, "first_step_seconds": first,
    "rss_mb": Memory.peakMegabytes, "gflops": rates[3] * flop * 1e-9,
  ])
}

func writeGradient(_ options: BenchOptions) throws {
  let (loss, values) = try task(options).gradient()
  guard let out = options["out"] else { throw BenchFault("--out names no file") }
  var data = Data()
  withUnsafeBytes(of: loss.bitPattern.littleEndian) { data.append(contentsOf: $0) }
  for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
  try data.write(to: URL(fileURLWithPath: out))
  try write(["loss": loss, "parameters": values.count])
}

func peak(_ options: BenchOptions) {
  let threads = options.integer("threads") ?? 1
  let results = Slots<Double>(count: threads)
  let isa = InstructionSet.best.rawValue
  WorkerPool(threads: threads).run(threads) { piece, _ in results[piece] = tk_peak(isa, 0.5) }
  let sum = (0..<threads).reduce(0.0) { $0 + (results[$1] ?? 0) }
  print("{\"gflops\": \(sum)}")
}

func write(_ object: [String: Any]) throws {
  print(String(decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self))
}
