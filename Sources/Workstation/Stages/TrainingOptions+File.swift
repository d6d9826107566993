import NetworkTraining
import Workbench

extension TrainingOptions {
  /// These options with what network.toml sets: how the network is played, and `[training]`.
  public func with(_ file: NetworkFile) throws(ConfigError) -> TrainingOptions {
    var options = self
    let table = file.training
    func real(_ key: String, _ value: Float, _ range: ClosedRange<Double>) throws(ConfigError) -> Float {
      Float(try table.real(key, default: Double(value), in: range))
    }
    options.hold = file.hold
    options.settleSteps = file.settleSteps
    options.settleDrive = file.settleDrive
    options.washoutFrames = file.washoutFrames
    options.epochs = try table.integer("epochs", default: epochs, in: 1...1_000_000)
    options.batch = try table.integer("batch", default: batch, in: 1...65_536)
    options.rate = try real("rate", rate, 1e-6...1)
    options.decay = try real("decay", decay, 0...10)
    options.gradientLimit = try real("gradient_limit", gradientLimit, 1e-6...1e6)
    options.averaging = try real("averaging", averaging, 0...0.99999)
    options.labelSmoothing = try real("label_smoothing", labelSmoothing, 0...0.99)
    options.frameNoise = try real("frame_noise", frameNoise, 0...10)
    options.sequenceNoise = try real("sequence_noise", sequenceNoise, 0...10)
    options.gainNoise = try real("gain_noise", gainNoise, 0...1)
    options.dropout = try real("dropout", dropout, 0...0.99)
    options.clampLeak = try real("clamp_leak", clampLeak, 0...1)
    options.noise = try real("device_noise", noise, 0...10)
    options.windowFrames = try table.integer("window_frames", default: windowFrames, in: 1...10_000)
    options.recurrent = try table.boolean("recurrent", default: recurrent)
    try table.finish()
    return options
  }
}
