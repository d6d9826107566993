import TwinModel

/// What a twin expects of the next sample: its mean and standard deviation, in channel units, beside a device.
package struct TwinProbe {
  private var state: TwinState
  private let low: [Float]
  private let high: [Float]
  /// One-step mean and standard deviation of each observable, as of the last `expect`.
  package private(set) var mean: [Float]
  package private(set) var deviation: [Float]
  private var scratch: (first: [Float], second: [Float])

  /// A twin whose device has been at `responses` under `drives`.
  package init(_ twin: TwinParameters, drives: [Float], responses: [Float]) {
    state = TwinState(twin, drives: drives, responses: responses)
    low = zip(twin.responseLow, twin.responseHigh).map { $0 + 0.25 * ($1 - $0) }
    high = zip(twin.responseLow, twin.responseHigh).map { $0 + 0.75 * ($1 - $0) }
    mean = [Float](repeating: 0, count: twin.observables)
    deviation = mean
    scratch = (mean, mean)
  }

  /// Works out mean and deviation of the sample under `drives`; an observable without noise gets deviation 0.
  ///
  /// A residual is (measured - mean) / sd: what it is for two measurements within the range gives both.
  package mutating func expect(drives: [Float]) {
    var first = state
    var second = state
    _ = first.observe(drives: drives, measured: low, residuals: &scratch.first)
    _ = second.observe(drives: drives, measured: high, residuals: &scratch.second)
    for index in mean.indices {
      let span = scratch.second[index] - scratch.first[index]
      deviation[index] = span > 0 ? (high[index] - low[index]) / span : 0
      mean[index] = low[index] - scratch.first[index] * deviation[index]
    }
  }

  /// Takes the sample that was measured into the memory.
  package mutating func observe(drives: [Float], measured: [Float]) {
    _ = state.observe(drives: drives, measured: measured, residuals: &scratch.first)
  }
}
