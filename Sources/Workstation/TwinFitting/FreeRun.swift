import CTrainingKernels
import Numerics
import TrainingKernels

/// Runs the twin freely under inputs it was not fitted to and compares the ensemble with the device's repeats.
struct FreeRun {
  let trace: PreparedTrace
  let twin: KernelTwin
  let copies: Int
  let seed: UInt64

  func report() -> FreeRunReport? {
    var total = FreeRunReport(
      inputs: 0, repeats: 0, meanError: 0, meanErrorFloor: 0, deviationError: 0, deviationErrorFloor: 0,
      pointwiseDeviationError: 0,
      autocovarianceError: 0)
    for (index, group) in trace.split.judges.enumerated() {
      guard group.count >= 2, let length = group.first?.count, length > trace.history + 1 else { continue }
      let steps = length - trace.history
      let device = Ensemble(
        paths: group.map { Array(trace.responses[($0.lowerBound + trace.history)..<$0.upperBound]) })
      let model = Ensemble(paths: simulate(group, copies: copies, steps: steps, stream: UInt32(index)))
      total.inputs += 1
      total.repeats += Double(group.count)
      var error = 0.0
      var floor = 0.0
      var difference = 0.0
      var deviceSum = 0.0
      for t in 0..<steps {
        error += abs(device.mean[t] - model.mean[t])
        let spread = device.deviation[t] * (1 / Double(group.count) + 1 / Double(copies)).squareRoot()
        floor += 0.7978845608 * spread
        difference += abs(device.deviation[t] - model.deviation[t])
        deviceSum += device.deviation[t]
      }
      total.meanError += error / Double(steps)
      total.meanErrorFloor += floor / Double(steps)
      total.deviationError += abs(model.pooled / max(device.pooled, 1e-9) - 1)
      total.deviationErrorFloor += deviationFloor(group, steps: steps, stream: UInt32(index), against: model.pooled)
      total.pointwiseDeviationError += difference / max(deviceSum, 1e-9)
      total.autocovarianceError += device.autocovarianceDistance(model)
    }
    guard total.inputs > 0 else { return nil }
    let n = Double(total.inputs)
    total.repeats /= n
    total.meanError /= n
    total.meanErrorFloor /= n
    total.deviationError /= n
    total.deviationErrorFloor /= n
    total.pointwiseDeviationError /= n
    total.autocovarianceError /= n
    return total
  }

  // Ensembles of the repeats' number, drawn from the twin, against its large one.
  private func deviationFloor(_ group: [Range<Int>], steps: Int, stream: UInt32, against pooled: Double) -> Double {
    let draws = 6
    let runs = simulate(group, copies: draws * group.count, steps: steps, stream: stream ^ 0x8000_0000)
    var sum = 0.0
    for draw in 0..<draws {
      let part = Ensemble(paths: Array(runs[(draw * group.count)..<((draw + 1) * group.count)]))
      sum += abs(pooled / max(part.pooled, 1e-9) - 1)
    }
    return sum / Double(draws)
  }

  private func simulate(_ group: [Range<Int>], copies: Int, steps: Int, stream: UInt32) -> [[Float]] {
    var c = twin.c
    let lanes = WindowTile.lanes
    let driveTaps = Int(c.drive_taps)
    let responseTaps = Int(c.response_taps)
    let drives = AlignedBuffer(floats: (driveTaps - 1 + steps) * lanes)
    let responses = AlignedBuffer(floats: (responseTaps + steps) * lanes)
    let scratch = AlignedBuffer(bytes: tk_window_scratch(&c, Int32(steps)))
    let key = Philox(seed: seed, stream: 0xFEE)
    var paths: [[Float]] = []
    for tile in 0..<((copies + lanes - 1) / lanes) {
      var ids = [UInt32](repeating: 0, count: lanes)
      for lane in 0..<lanes {
        let copy = tile * lanes + lane
        ids[lane] = UInt32(copy)
        let start = group[copy % group.count].lowerBound + trace.history
        for row in 0..<(driveTaps - 1 + steps) {
          drives[row * lanes + lane] = trace.drives[start - (driveTaps - 1) + row]
        }
        for row in 0..<responseTaps { responses[row * lanes + lane] = trace.responses[start - responseTaps + row] }
      }
      tk_simulate(
        InstructionSet.best.rawValue, &c, Int32(steps), drives.floats, responses.floats, 1, key.key0, key.key1, ids,
        stream, scratch.raw)
      withExtendedLifetime((drives, scratch)) {}
      for lane in 0..<lanes where tile * lanes + lane < copies {
        paths.append((0..<steps).map { responses[(responseTaps + $0) * lanes + lane] })
      }
    }
    return paths
  }
}

/// Mean, standard deviation and normalised autocovariance of several paths of equal length.
struct Ensemble {
  let mean: [Double]
  let deviation: [Double]
  let pooled: Double
  private let paths: [[Float]]

  init(paths: [[Float]]) {
    self.paths = paths
    let steps = paths.first?.count ?? 0
    let n = Double(paths.count)
    var mean = [Double](repeating: 0, count: steps)
    var deviation = mean
    for path in paths { for t in 0..<steps { mean[t] += Double(path[t]) / n } }
    for path in paths {
      for t in 0..<steps { deviation[t] += (Double(path[t]) - mean[t]) * (Double(path[t]) - mean[t]) }
    }
    var total = 0.0
    for t in 0..<steps {
      deviation[t] = (deviation[t] / max(1, n - 1)).squareRoot()
      total += deviation[t] * deviation[t]
    }
    self.mean = mean
    self.deviation = deviation
    pooled = (total / Double(max(1, steps))).squareRoot()
  }

  /// Sum over times of w (C1 - C2)^2, w proportional to the products of the deviations, C the correlation of t and t'.
  func autocovarianceDistance(_ other: Ensemble) -> Double {
    let steps = min(mean.count, other.mean.count)
    var sum = 0.0
    var weights = 0.0
    for a in 0..<steps {
      for b in a..<steps {
        let weight = (deviation[a] + other.deviation[a]) * (deviation[b] + other.deviation[b])
        let difference = correlation(a, b) - other.correlation(a, b)
        sum += weight * difference * difference
        weights += weight
      }
    }
    return weights > 0 ? sum / weights : 0
  }

  private func correlation(_ a: Int, _ b: Int) -> Double {
    let size = deviation[a] * deviation[b]
    guard size > 1e-12, paths.count > 1 else { return 0 }
    var sum = 0.0
    for path in paths { sum += (Double(path[a]) - mean[a]) * (Double(path[b]) - mean[b]) }
    return sum / Double(paths.count - 1) / size
  }
}
