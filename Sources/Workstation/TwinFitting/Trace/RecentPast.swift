import Numerics

/// What the recent past says of each sample of some units, and by how much the sample differs from it.
///
/// The past is the drives and readings of the last three steps. A regression on it leaves residuals; what it got wrong
/// of the device is taken off by comparing like with like: a residual counts as its distance from the mean over the
/// samples nearest in their past, whichever input or run they are from.
struct RecentPast {
  /// Samples whose past is whole, ascending, and the unit of each.
  let samples: [Int]
  let units: [Int]
  /// Readings and drives of the last steps, the most telling first, mean 0 and deviation 1, `[samples][inputCount]`.
  let inputs: [Double]
  let inputCount: Int
  /// Cell of each sample: those in one cell had the same recent past.
  let cells: [Int]
  let cellCount: Int
  /// Residual from the cell's mean over the cell's noise, no more than 4 either way.
  let errors: [Double]
  /// The noise of each sample, channel units; one value a cell.
  let scales: [Double]

  /// From the lowest hundredth of the readings to the highest, channel units.
  let range: Double

  private static let taps = 3

  /// - Parameter readings: the observables that are the past; the first is the one to be told from it.
  /// - Returns: nil with too few samples.
  init?(_ trace: DeviceTrace, _ units: MixtureUnits, readings: [Int], seed: UInt64) {
    guard let observable = readings.first else { return nil }
    var samples: [Int] = []
    var owners: [Int] = []
    for (unit, range) in units.ranges.enumerated() where range.count > Self.taps {
      for sample in (range.lowerBound + Self.taps)..<range.upperBound {
        samples.append(sample)
        owners.append(unit)
      }
    }
    let drives = min(trace.driveCount, 4)
    let driveTaps = drives <= 2 ? 3 : 2
    var columns: [(reading: Bool, index: Int, delay: Int)] = []
    for delay in 1...Self.taps { columns.append((true, observable, delay)) }
    for delay in 0..<driveTaps { for drive in 0..<drives { columns.append((false, drive, delay)) } }
    for reading in readings.dropFirst() { for delay in 1...2 { columns.append((true, reading, delay)) } }
    let width = columns.count
    var inputs = [Double](repeating: 0, count: samples.count * width)
    for (row, sample) in samples.enumerated() {
      for (column, source) in columns.enumerated() {
        inputs[row * width + column] = Double(
          source.reading
            ? trace.response(sample - source.delay, source.index) : trace.drive(sample - source.delay, source.index))
      }
    }
    QuickPrediction.standardise(&inputs, width)
    let changes = samples.map { Double(trace.response($0, observable)) - Double(trace.response($0 - 1, observable)) }
    guard let residuals = Self.regress(inputs, width, changes, seed: seed) else { return nil }

    var cells = [Int](repeating: 0, count: samples.count)
    var cellCount = 0
    var rows = Array(samples.indices)
    rows.withUnsafeMutableBufferPointer { Self.divide($0, inputs, width, &cells, &cellCount) }
    let readings = stride(from: 0, to: samples.count, by: max(1, samples.count / 2000))
      .map { Double(trace.response(samples[$0], observable)) }.sorted()
    range = max(readings[readings.count - 1 - readings.count / 100] - readings[readings.count / 100], 1e-3)
    self.samples = samples
    self.units = owners
    self.inputs = inputs
    inputCount = width
    self.cells = cells
    self.cellCount = cellCount
    (errors, scales) = Self.compare(residuals, cells, cellCount)
  }

  /// Halves the rows at the median of the input that spreads most until no cell holds more than two dozen.
  private static func divide(
    _ rows: UnsafeMutableBufferPointer<Int>, _ inputs: [Double], _ width: Int, _ cells: inout [Int],
    _ count: inout Int
  ) {
    var stack = [0..<rows.count]
    var keys = [Double](repeating: 0, count: rows.count)
    while let range = stack.popLast() {
      var widest = (column: -1, spread: 1e-6)
      if range.count > 24 {
        for column in 0..<width {
          var (sum, square) = (0.0, 0.0)
          for position in range {
            let value = inputs[rows[position] * width + column]
            sum += value
            square += value * value
          }
          let mean = sum / Double(range.count)
          let spread = square / Double(range.count) - mean * mean
          if spread > widest.spread { widest = (column, spread) }
        }
      }
      guard widest.column >= 0 else {
        for position in range { cells[rows[position]] = count }
        count += 1
        continue
      }
      let column = widest.column
      let middle = range.lowerBound + range.count / 2
      for position in range { keys[position] = inputs[rows[position] * width + column] }
      select(rows, &keys, range, middle)
      stack.append(range.lowerBound..<middle)
      stack.append(middle..<range.upperBound)
    }
  }

  /// Orders rows and keys within a range so that none before `middle` has a larger key than one from there on.
  private static func select(
    _ rows: UnsafeMutableBufferPointer<Int>, _ keys: inout [Double], _ range: Range<Int>, _ middle: Int
  ) {
    var low = range.lowerBound
    var high = range.upperBound - 1
    while low < high {
      let pivot = keys[low + (high - low) / 2]
      var left = low
      var right = high
      while left <= right {
        while keys[left] < pivot { left += 1 }
        while keys[right] > pivot { right -= 1 }
        if left <= right {
          keys.swapAt(left, right)
          rows.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if middle <= right { high = right } else if middle >= left { low = left } else { return }
    }
  }

  /// Distances from the cells' means over their noise, and the noise. Means and noise are those of the samples that lie
  /// together: a device that hops now and then is compared where it does not.
  private static func compare(_ residuals: [Double], _ cells: [Int], _ count: Int) -> ([Double], [Double]) {
    var members = [[Int]](repeating: [], count: count)
    for (row, cell) in cells.enumerated() { members[cell].append(row) }
    var means = [Double](repeating: 0, count: count)
    var squares = means
    var sizes = means
    var pooled = (sum: 0.0, freedom: 0.0)
    for (cell, rows) in members.enumerated() {
      let values = rows.map { residuals[$0] }.sorted()
      let median = values[values.count / 2]
      let distances = values.map { abs($0 - median) }.sorted()
      let limit = 6 * max(distances[distances.count / 2], 1.5e-4)
      let close = values.filter { abs($0 - median) <= limit }
      let mean = close.reduce(0, +) / Double(close.count)
      means[cell] = mean
      sizes[cell] = Double(close.count)
      squares[cell] = close.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      pooled.sum += squares[cell]
      pooled.freedom += sizes[cell] - 1
    }
    let common = pooled.freedom > 0 ? pooled.sum / pooled.freedom : 0
    var errors = [Double](repeating: 0, count: cells.count)
    var scales = errors
    for (row, cell) in cells.enumerated() {
      // A few samples tell little of their own noise. Half a step of a 12-bit converter is noise whatever the device.
      let variance = (squares[cell] + 2 * common) / (sizes[cell] + 1)
      scales[row] = max(variance.squareRoot(), 1.5e-4)
      // The mean was taken over the sample itself as well.
      let share = (1 - 1 / max(sizes[cell], 2)).squareRoot()
      errors[row] = min(4, max(-4, (residuals[row] - means[cell]) / (scales[row] * share)))
    }
    return (errors, scales)
  }

  /// Residuals of ridge regression on the inputs, their products and random bends.
  private static func regress(_ inputs: [Double], _ width: Int, _ targets: [Double], seed: UInt64) -> [Double]? {
    let bends = 48
    let allProducts = width <= 8
    let size = BentFeatures.count(width: width, allProducts: allProducts, bends: bends)
    guard targets.count >= 4 * size else { return nil }
    var random = RandomStream(seed: seed, stream: 0x5B1)
    let weights = (0..<(bends * (width + 1))).map { _ in random.normal() * 1.5 / Double(width).squareRoot() }
    let features = BentFeatures(width: width, allProducts: allProducts, weights: weights)
    let stride = max(1, targets.count / 5000)
    var row = [Double](repeating: 0, count: size)
    var residuals = [Double](repeating: 0, count: targets.count)
    // The second fit leaves out what the first could not explain at all: rare hops would blur all else.
    var limit = Double.infinity
    for _ in 0..<2 {
      row.withUnsafeMutableBufferPointer { row in
        var system = RidgeSystem(size: size)
        for index in Swift.stride(from: 0, to: targets.count, by: stride) where abs(residuals[index]) <= limit {
          features.fill(inputs, index, row)
          system.add(UnsafeBufferPointer(row), target: targets[index], weight: 1)
        }
        let coefficients = RidgeSystem.solve(system.factor(ridge: 1e-7), system.moment)
        for index in targets.indices {
          features.fill(inputs, index, row)
          var sum = 0.0
          for i in 0..<size { sum += coefficients[i] * row[i] }
          residuals[index] = targets[index] - sum
        }
      }
      limit = 8 * QuickPrediction.robust(residuals)
      guard residuals.contains(where: { abs($0) > limit }) else { break }
    }
    return residuals
  }
}
