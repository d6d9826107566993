import CTrainingKernels
import TrainingKernels

/// Sixteen windows of a trace laid out for the kernels, and the scratch they need.
final class WindowTile {
  static let lanes = Int(TK_LANES)
  private let driveTaps: Int
  private let responseTaps: Int
  private let steps: Int
  private let drives: AlignedBuffer
  private let responses: AlignedBuffer
  private let weights: AlignedBuffer
  let scratch: AlignedBuffer
  let residuals: AlignedBuffer
  let errors: AlignedBuffer

  init(_ twin: KernelTwin, steps: Int) {
    var c = twin.c
    driveTaps = Int(c.drive_taps)
    responseTaps = Int(c.response_taps)
    self.steps = steps
    drives = AlignedBuffer(floats: (driveTaps - 1 + steps) * Self.lanes)
    responses = AlignedBuffer(floats: (responseTaps + steps) * Self.lanes)
    weights = AlignedBuffer(floats: Self.lanes)
    residuals = AlignedBuffer(floats: steps * Self.lanes)
    errors = AlignedBuffer(floats: steps * Self.lanes)
    scratch = AlignedBuffer(bytes: tk_window_scratch(&c, Int32(steps)))
  }

  /// Lays out the windows whose first targets are `starts` (at most 16; missing lanes repeat the first and weigh nothing).
  func fill(_ trace: PreparedTrace, starts: ArraySlice<Int>) {
    guard let first = starts.first else { return }
    for lane in 0..<Self.lanes {
      let index = starts.startIndex + lane
      let start = index < starts.endIndex ? starts[index] : first
      weights[lane] = index < starts.endIndex ? 1 : 0
      for row in 0..<(driveTaps - 1 + steps) {
        drives[row * Self.lanes + lane] = trace.drives[start - (driveTaps - 1) + row]
      }
      for row in 0..<(responseTaps + steps) {
        responses[row * Self.lanes + lane] = trace.responses[start - responseTaps + row]
      }
    }
  }

  var window: tk_window {
    tk_window(
      steps: Int32(steps), drives: UnsafePointer(drives.floats), responses: UnsafePointer(responses.floats),
      lane_weight: UnsafePointer(weights.floats))
  }
}
