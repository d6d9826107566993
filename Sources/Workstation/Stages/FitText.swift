import Foundation

/// A twin's figures in a line.
enum FitText {
  static func line(_ sidecar: TwinSidecar) -> String {
    var text = sidecar.verdict + String(format: ", one-step error %.3f", sidecar.oneStepError)
    if let run = sidecar.freeRun { text += String(format: ", mean %.3f, sd %.3f", run.meanError, run.deviationError) }
    text += String(format: " (%.1f s)", sidecar.fitSeconds)
    if !sidecar.isUsable || sidecar.verdict == "provisional", let reason = sidecar.reasons.first {
      text += ": " + reason
    }
    return text
  }
}
