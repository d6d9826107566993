import Foundation
import TrainingKernels

/// `--name value` pairs.
struct BenchOptions {
  private var values: [String: String] = [:]

  init(_ arguments: [String]) throws {
    var index = 0
    while index < arguments.count {
      guard arguments[index].hasPrefix("--"), index + 1 < arguments.count else {
        throw BenchFault("'\(arguments[index])' is not an option with a value")
      }
      values[String(arguments[index].dropFirst(2))] = arguments[index + 1]
      index += 2
    }
  }

  subscript(name: String) -> String? { values[name] }
  func integer(_ name: String) -> Int? { values[name].flatMap { Int($0) } }
  func real(_ name: String) -> Double? { values[name].flatMap { Double($0) } }

  func isa() throws -> Int32 {
    guard let name = values["isa"] else { return InstructionSet.best.rawValue }
    let known: [String: InstructionSet] = ["base": .base, "avx2": .avx2, "avx512": .avx512]
    guard let isa = known[name] else { throw BenchFault("there is no instruction set '\(name)'") }
    guard isa.rawValue <= InstructionSet.best.rawValue else { throw BenchFault("this processor has no \(name)") }
    return isa.rawValue
  }
}

enum Memory {
  /// The most this process has had resident.
  static var peakMegabytes: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}

/// One line of the benchmark's result.
struct Figure: Encodable {
  var figure: String
  var value: Double?
  var unit: String
  var floor: String
  var holds: Bool

  static func atMost(_ limit: Double, _ figure: String, _ value: Double?, _ unit: String) -> Figure {
    Figure(figure: figure, value: value, unit: unit, floor: "<= \(limit)", holds: value.map { $0 <= limit } ?? false)
  }

  static func atLeast(_ limit: Double, _ figure: String, _ value: Double?, _ unit: String) -> Figure {
    Figure(figure: figure, value: value, unit: unit, floor: ">= \(limit)", holds: value.map { $0 >= limit } ?? false)
  }
}
