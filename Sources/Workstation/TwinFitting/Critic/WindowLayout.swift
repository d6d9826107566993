/// Where the values of a batch of windows stand in a buffer.
///
/// Windows are stored in tiles of `lanes` windows: within a tile, value (step, component) of all lanes is one row of
/// `lanes` values, rows ordered [step][component]. `lanes` 1 is plain [window][step][component]; `lanes` 16 is the
/// tile of the training kernels; `lanes` = `windows` is [step][component][window]. Lanes past the last window of the
/// last tile, and what stands between tiles, are never used, and are written as zero in gradients.
public struct WindowLayout: Sendable, Equatable {
  /// Windows in the batch.
  public let windows: Int
  /// Time steps of a window.
  public let steps: Int
  /// Components of a step: observables or drives; 0 for no drives.
  public let width: Int
  /// Windows a tile.
  public let lanes: Int
  /// Values from one tile to the next; at least steps x width x lanes.
  public let tileStride: Int

  /// A layout; `tileStride` nil for tiles without space between.
  ///
  /// - Throws: `badOption` for a size that is not positive, beyond 2^20, or a stride shorter than a tile.
  public init(
    windows: Int, steps: Int, width: Int, lanes: Int = 1, tileStride: Int? = nil
  ) throws(CriticError) {
    let most = 1 << 20
    guard (1...most).contains(windows) else { throw .badOption("windows") }
    guard (1...most).contains(steps) else { throw .badOption("steps") }
    guard (0...most).contains(width), steps * width <= most else { throw .badOption("width") }
    guard (1...most).contains(lanes) else { throw .badOption("lanes") }
    let least = steps * width * lanes
    guard (least...(1 << 40)).contains(tileStride ?? least) else { throw .badOption("tileStride") }
    self.windows = windows
    self.steps = steps
    self.width = width
    self.lanes = lanes
    self.tileStride = tileStride ?? least
  }

  /// Tiles, the last one perhaps partly filled.
  public var tiles: Int { (windows + lanes - 1) / lanes }

  /// Values a window.
  public var features: Int { steps * width }

  /// Values a buffer must hold.
  public var count: Int { (tiles - 1) * tileStride + features * lanes }

  /// Index of a value.
  public func index(window: Int, step: Int, component: Int) -> Int {
    start(of: window) + (step * width + component) * lanes
  }

  /// Index of a window's first value; its others follow `lanes` apart.
  func start(of window: Int) -> Int { (window / lanes) * tileStride + window % lanes }

  func check(_ count: Int, _ buffer: String) throws(CriticError) {
    guard count >= self.count else { throw .wrongCount(buffer: buffer, count: count, needed: self.count) }
  }
}
