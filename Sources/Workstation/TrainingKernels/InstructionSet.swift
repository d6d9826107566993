import CTrainingKernels

/// The instruction sets the kernels are compiled for. Results agree to rounding between them and exactly within one.
public enum InstructionSet: Int32, CaseIterable, Sendable {
  /// SSE2 on x86-64, NEON on 64-bit ARM.
  case base = 0
  case avx2 = 1
  case avx512 = 2

  /// The best this processor has.
  public static let best = InstructionSet(rawValue: tk_best_isa()) ?? .base

  /// All this processor has.
  public static var available: [InstructionSet] { allCases.filter { $0.rawValue <= best.rawValue } }
}
