import CTrainingKernels
import TrainingKernels

/// Sigma points of a few measured transitions as lanes of the kernels: propagated over one sample, their moments
/// compared, and the gradient taken back. `Float` trains; `Double` is the same source for checks of the gradient.
final class MomentTiles<Real: BinaryFloatingPoint> {
  static var lanes: Int { KernelModel.lanes }

  private let model: KernelModel
  private let isa: Int32
  private let noisy: Bool
  private let lambda: Double
  private let capacity: Int
  private let drives: AlignedBuffer
  private let path: AlignedBuffer
  private let noise: AlignedBuffer
  private let pathGradient: AlignedBuffer
  private let auxiliary: AlignedBuffer
  private let scratch: AlignedBuffer
  private let scratchBytes: Int
  private var moments: SigmaPoints.Moments
  private var work: MomentLoss.Work
  private var sigmas: [SigmaPoints] = []

  /// - Parameters:
  ///   - noisy: with the noise's sigma points.
  ///   - tiles: the most that one piece takes.
  init(_ model: KernelModel, isa: Int32, noisy: Bool, lambda: Double, tiles: Int) {
    self.model = model
    self.isa = isa
    self.noisy = noisy
    self.lambda = lambda
    capacity = tiles
    let shape = model.shape
    let row = Self.lanes * MemoryLayout<Real>.size * tiles
    drives = AlignedBuffer(bytes: shape.drives * row)
    path = AlignedBuffer(bytes: 2 * shape.observables * row)
    pathGradient = AlignedBuffer(bytes: 2 * shape.observables * row)
    noise = AlignedBuffer(bytes: max(1, shape.noisesPerStep) * row)
    auxiliary = AlignedBuffer(bytes: 64)
    var c = model.c
    scratchBytes = (tk_rollout_scratch(isa, &c, 1, 0) + 63) / 64 * 64
    scratch = AlignedBuffer(bytes: scratchBytes * tiles)
    moments = SigmaPoints.Moments(states: shape.observables)
    work = MomentLoss.Work(states: shape.observables)
  }

  /// Sigma points of a transition.
  private func sigma(_ point: PreparedMoments.Point) -> SigmaPoints {
    SigmaPoints(
      root: point.root, states: model.shape.observables, sources: noisy ? model.shape.noisesPerStep : 0,
      lambda: lambda)
  }

  /// The loss summed over `chosen` points of `data`, which go into tiles in order; adds to `gradient` unless null.
  ///
  /// - Parameter predicted: called with each point's propagated covariance.
  func loss(
    _ data: PreparedMoments, _ chosen: ArraySlice<Int>, _ loss: MomentLoss, parameters: UnsafeRawPointer,
    gradient: UnsafeMutableRawPointer?, predicted: ((_ point: Int, _ covariance: [Double]) -> Void)? = nil
  ) -> Double {
    var sum = 0.0
    var first = chosen.startIndex
    while first < chosen.endIndex {
      // As many as one tile holds, or one alone.
      sigmas.removeAll(keepingCapacity: true)
      var lanes = 0
      var end = first
      while end < chosen.endIndex {
        let next = sigma(data.points[chosen[end]])
        if end > first, lanes + next.points.count > Self.lanes { break }
        sigmas.append(next)
        lanes += next.points.count
        end += 1
      }
      let tiles = min((lanes + Self.lanes - 1) / Self.lanes, capacity)
      sum += piece(data, chosen[first..<end], tiles, loss, parameters, gradient, predicted)
      first = end
    }
    return sum
  }

  private func reals(_ buffer: AlignedBuffer) -> UnsafeMutablePointer<Real> {
    buffer.raw.assumingMemoryBound(to: Real.self)
  }

  private func piece(
    _ data: PreparedMoments, _ chosen: ArraySlice<Int>, _ tiles: Int, _ loss: MomentLoss,
    _ parameters: UnsafeRawPointer, _ gradient: UnsafeMutableRawPointer?, _ predicted: ((Int, [Double]) -> Void)?
  ) -> Double {
    layOut(data, chosen, tiles)
    var c = model.c
    for tile in 0..<tiles {
      var rollout = rollout(tile)
      tk_forward(isa, &c, parameters, &rollout, 0, scratch.raw + tile * scratchBytes)
    }
    let states = model.shape.observables
    let width = Self.lanes
    let values = reals(path)
    let slopes = reals(pathGradient)
    for index in 0..<(2 * states * width * tiles) { slopes[index] = 0 }
    var sum = 0.0
    var first = 0
    for (number, index) in chosen.enumerated() {
      let sigma = sigmas[number]
      func place(_ p: Int, _ i: Int) -> Int {
        let lane = first + p
        return (lane / width * 2 * states + states + i) * width + lane % width
      }
      sigma.take(&moments) { Double(values[place($0, $1)]) }
      predicted?(index, moments.covariance)
      sum += loss.value(data.points[index], moments, &work)
      // d mean / d x = w; d C / d x = w (x - mean), twice for a symmetric gradient; the mean's own part cancels.
      if gradient != nil {
        for (p, point) in sigma.points.enumerated() {
          for i in 0..<states {
            var slope = work.meanGradient[i]
            for j in 0..<states {
              slope += 2 * work.covarianceGradient[i * states + j] * (Double(values[place(p, j)]) - moments.mean[j])
            }
            slopes[place(p, i)] = Real(point.weight * slope)
          }
        }
      }
      first += sigma.points.count
    }
    guard let gradient else { return sum }
    for tile in 0..<tiles {
      var rollout = rollout(tile)
      var gradients = tk_gradients(
        path: UnsafeMutableRawPointer(slopes + tile * 2 * states * width), auxiliary: auxiliary.raw, drives: nil,
        context: nil, parameters: gradient)
      tk_backward(isa, &c, parameters, &rollout, 0, &gradients, scratch.raw + tile * scratchBytes)
    }
    return sum
  }

  private func rollout(_ tile: Int) -> tk_rollout {
    let shape = model.shape
    let width = Self.lanes
    return tk_rollout(
      steps: 1, drives: UnsafeRawPointer(reals(drives) + tile * shape.drives * width), context: nil,
      path: UnsafeMutableRawPointer(reals(path) + tile * 2 * shape.observables * width), auxiliary: auxiliary.raw,
      noise: noisy ? UnsafeRawPointer(reals(noise) + tile * shape.noisesPerStep * width) : nil)
  }

  // Lanes without a point repeat the last one; their gradient is zero.
  private func layOut(_ data: PreparedMoments, _ chosen: ArraySlice<Int>, _ tiles: Int) {
    let shape = model.shape
    let states = shape.observables
    let width = Self.lanes
    let (s, x, w) = (reals(drives), reals(path), reals(noise))
    let sources = noisy ? shape.noisesPerStep : 0
    for index in 0..<(sources * width * tiles) { w[index] = 0 }
    var lane = 0
    func put(_ point: PreparedMoments.Point, _ sigma: SigmaPoints.Point?, _ stretch: Double) {
      let tile = lane / width
      let column = lane % width
      for j in 0..<shape.drives { s[(tile * shape.drives + j) * width + column] = Real(point.drive[j]) }
      for i in 0..<states {
        var value = point.mean[i]
        if let sigma, sigma.column >= 0 { value += sigma.sign * stretch * point.root[i * states + sigma.column] }
        x[(tile * 2 * states + i) * width + column] = Real(value)
      }
      if let sigma, sigma.source >= 0 {
        w[(tile * sources + sigma.source) * width + column] = Real(sigma.sign * stretch)
      }
      lane += 1
    }
    for (number, index) in chosen.enumerated() {
      let sigma = sigmas[number]
      for point in sigma.points where lane < tiles * width { put(data.points[index], point, sigma.stretch) }
    }
    guard let last = chosen.last else { return }
    while lane < tiles * width { put(data.points[last], nil, 0) }
  }
}
