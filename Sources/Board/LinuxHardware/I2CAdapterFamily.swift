/// The kernel driver of an adapter, as far as drivers differ in what their error numbers mean and in what they join.
public enum I2CAdapterFamily: UInt8, Equatable, Sendable {
  case other = 0
  /// i2c-bcm2835 (Raspberry Pi Zero to 4): only the last message of a call may read.
  case bcm2835 = 1
  /// i2c-designware (Raspberry Pi 5's RP1): one device a call.
  case designWare = 2
  /// i2c-omap (BeagleBone).
  case omap = 3
  /// i2c-gpio and what else is built on i2c-algo-bit.
  case bitBang = 4

  /// The family of an adapter by the name its driver gives it.
  public init(name: UnsafeBufferPointer<UInt8>) {
    if Self.contains(name, "bcm2835") {
      self = .bcm2835
    } else if Self.contains(name, "DesignWare") {
      self = .designWare
    } else if Self.contains(name, "OMAP") {
      self = .omap
    } else if Self.contains(name, "i2c-gpio") || Self.contains(name, "bit-bang") {
      self = .bitBang
    } else {
      self = .other
    }
  }

  private static func contains(_ name: UnsafeBufferPointer<UInt8>, _ part: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: part.utf8Start, count: part.utf8CodeUnitCount)
    guard wanted.count <= name.count else { return false }
    for start in 0...(name.count - wanted.count) {
      var index = 0
      while index < wanted.count, name[start + index] == wanted[index] { index += 1 }
      if index == wanted.count { return true }
    }
    return false
  }
}
