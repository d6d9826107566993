/// A 7-bit I2C address outside the reserved ranges (0x08 to 0x77).
public struct I2CAddress: Equatable, Hashable, Sendable {
  /// The address, unshifted.
  public let value: UInt8

  /// Nil for a reserved or 10-bit address.
  public init?(_ value: UInt8) {
    guard value >= 0x08, value <= 0x77 else { return nil }
    self.value = value
  }

  /// The address of a number of any size.
  ///
  /// - Throws: what keeps the number from being an address.
  public init(checking value: UInt64) throws(I2CAddressError) {
    guard let whole = UInt8(exactly: value), whole < 0x80 else {
      throw value < 0x400 ? .tenBit : .outOfRange
    }
    guard let address = I2CAddress(whole) else { throw .reserved }
    self = address
  }
}

/// Why a number is no address a bus takes.
public enum I2CAddressError: UInt8, Error, Equatable, Sendable {
  /// 0x00 to 0x07 and 0x78 to 0x7F: general call, start byte, bus masters, 10-bit prefixes, device identity.
  case reserved = 1
  /// 0x80 to 0x3FF: a 10-bit address, or a 7-bit one shifted left with the read bit, as some datasheets print it.
  case tenBit = 2
  /// Greater than any I2C address.
  case outOfRange = 3

  /// What is wrong, and what to do.
  public var hint: StaticString {
    switch self {
    case .reserved: return "the address is reserved on every I2C bus; 0x08 to 0x77 are chips'"
    case .tenBit:
      return
        "10-bit addresses are not used; if a datasheet prints the address shifted left, with the read bit, halve it"
    case .outOfRange: return "no I2C address is that great; 0x08 to 0x77 are chips'"
    }
  }
}
