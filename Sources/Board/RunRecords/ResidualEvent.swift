import WireFormat

/// A node's residuals left the range that its twin expects, or came back to it.
public struct ResidualEvent: Equatable, Sendable {
  /// Bytes of the payload.
  public static let byteCount = 14

  /// Index into the board's nodes.
  public var node: UInt16
  /// 1 flagged, 2 cleared, 3 flagged and left out from the next step on.
  public var change: UInt8
  /// The statistic that is furthest out: 1 the mean of the residuals, 2 their mean square.
  public var statistic: UInt8
  /// The observable it is of.
  public var observable: UInt16
  /// Of that observable, in standard deviations of the statistic.
  public var mean: Float
  public var meanSquare: Float

  public init(node: UInt16, change: UInt8, statistic: UInt8, observable: UInt16, mean: Float, meanSquare: Float) {
    self.node = node
    self.change = change
    self.statistic = statistic
    self.observable = observable
    self.mean = mean
    self.meanSquare = meanSquare
  }

  /// Reads the payload; more bytes after it are a later version's.
  init(from reader: inout ByteReader) throws(WireError) {
    node = try reader.take(UInt16.self)
    change = try reader.take(UInt8.self)
    statistic = try reader.take(UInt8.self)
    observable = try reader.take(UInt16.self)
    mean = try reader.takeFiniteFloat("mean statistic")
    meanSquare = try reader.takeFiniteFloat("mean square statistic")
  }

  /// Writes the payload without allocating.
  public func put(into event: inout EventEncoder) {
    event.put(node)
    event.put(change)
    event.put(statistic)
    event.put(observable)
    event.put(mean.bitPattern)
    event.put(meanSquare.bitPattern)
  }
}
