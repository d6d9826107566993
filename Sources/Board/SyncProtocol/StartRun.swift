import WireFormat

/// Starts the run of an uploaded request in a particular way.
public struct StartRun: WireMessage {
  /// The run starts again by itself after a failure and after a reboot, until it is stopped.
  public static let standing: UInt8 = 1
  /// Chips that do not answer at the start are left out; else the run refuses to start.
  public static let partial: UInt8 = 2
  public static let knownFlags: UInt8 = 3

  public let digest: Digest
  /// The bits above; unknown ones are ignored.
  public let flags: UInt8

  public init(_ digest: Digest, flags: UInt8 = 0) {
    self.digest = digest
    self.flags = flags
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(digest)
    writer.put(flags)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    digest = try reader.takeDigest()
    flags = try reader.take(UInt8.self)
  }
}
