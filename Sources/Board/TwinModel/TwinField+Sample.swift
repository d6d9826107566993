/// What happens before and after a sample's solver steps.
extension TwinField {
  /// Moves the drives one place back and puts `drives` [drives] in front; `stride` 0 puts the first one at each place.
  func begin(_ drives: UnsafePointer<Float>, stride: Int = 1) {
    var index = self.drives * driveTaps - 1
    while index >= self.drives {
      inputs[index] = inputs[index - self.drives]
      index -= 1
    }
    for j in 0..<self.drives { inputs[j] = (drives[j * stride] - driveOffset[j]) * driveScale[j] }
  }

  /// Keeps the responses within their range; what is not a number becomes the lower limit.
  func clamp(_ state: UnsafeMutablePointer<Float>) {
    for i in 0..<observables {
      var value = state[i]
      if !(value >= low[i]) { value = low[i] }
      if value > high[i] { value = high[i] }
      state[i] = value
    }
  }

  /// Takes the responses of `state` into the history and into channel units.
  func finish(_ state: UnsafeMutablePointer<Float>) {
    var index = observables * responseTaps - 1
    while index >= observables {
      history[index] = history[index - observables]
      index -= 1
    }
    for i in 0..<observables {
      let value = state[i]
      history[i] = value
      var response = value * unit[i] + responseOffset[i]
      // By the normalised value: an end of the range comes out as just that, however the product rounds.
      if value <= low[i] || response < channelLow[i] { response = channelLow[i] }
      if value >= high[i] || response > channelHigh[i] { response = channelHigh[i] }
      latest[i] = response
    }
  }
}
