import WireFormat

/// The first twenty bytes of a samples frame; the codes follow, 16 bits each, all channels of a step before the next step.
public struct SamplesHeader: Equatable, Sendable {
  /// Bytes before the first code.
  public static let size = 20

  /// The number of the first step.
  public let firstStep: UInt64
  /// The board's clock at the first step, ns.
  public let time: UInt64
  public let steps: Int
  public let channels: Int

  /// Bytes of the codes.
  public var codeBytes: Int { 2 * steps * channels }

  /// `steps` and `channels` are at most 65,535 each.
  init(firstStep: UInt64, time: UInt64, steps: Int, channels: Int) {
    self.firstStep = firstStep
    self.time = time
    self.steps = steps
    self.channels = channels
  }

  /// The header of a samples frame's payload; throws unless exactly the codes it announces follow.
  public init(payload: UnsafeRawBufferPointer) throws(WireError) {
    guard payload.count >= Self.size else { throw .truncated(offset: payload.count) }
    firstStep = UInt64(littleEndian: payload.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
    time = UInt64(littleEndian: payload.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    let steps = UInt16(littleEndian: payload.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
    let channels = UInt16(littleEndian: payload.loadUnaligned(fromByteOffset: 18, as: UInt16.self))
    guard UInt64(steps) * UInt64(channels) * 2 == UInt64(payload.count - Self.size) else {
      throw .invalid(offset: 16, field: "samples shape")
    }
    self.steps = Int(steps)
    self.channels = Int(channels)
  }

  /// The code of `channel` in `step` of a payload this header was read from; both count from 0.
  @inlinable
  public func code(in payload: UnsafeRawBufferPointer, step: Int, channel: Int) -> UInt16 {
    UInt16(
      littleEndian: payload.loadUnaligned(
        fromByteOffset: 20 + 2 * (step * channels + channel), as: UInt16.self))
  }

  /// Every code of a payload this header was read from, step by step.
  public func codes(in payload: UnsafeRawBufferPointer) -> [UInt16] {
    var codes: [UInt16] = []
    codes.reserveCapacity(steps * channels)
    var offset = Self.size
    while offset + 2 <= payload.count {
      codes.append(UInt16(littleEndian: payload.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
      offset += 2
    }
    return codes
  }

  /// Writes the twenty bytes at `target`.
  func store(to target: UnsafeMutableRawPointer) {
    target.storeBytes(of: firstStep.littleEndian, toByteOffset: 0, as: UInt64.self)
    target.storeBytes(of: time.littleEndian, toByteOffset: 8, as: UInt64.self)
    target.storeBytes(of: UInt16(truncatingIfNeeded: steps).littleEndian, toByteOffset: 16, as: UInt16.self)
    target.storeBytes(of: UInt16(truncatingIfNeeded: channels).littleEndian, toByteOffset: 18, as: UInt16.self)
  }
}
