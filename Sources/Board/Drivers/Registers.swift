import HardwareInterface

// What the chips with a pointer byte and 16-bit registers have in common: most significant byte first.
extension I2CBus {
  /// Start, address, pointer, two bytes, stop.
  @inlinable
  mutating func writeWord(_ address: I2CAddress, pointer: UInt8, _ word: UInt16) throws(I2CError) {
    var bytes = (pointer, UInt8(truncatingIfNeeded: word >> 8), UInt8(truncatingIfNeeded: word))
    try withUnsafeBytes(of: &bytes) { (raw) throws(I2CError) in try write(address, raw) }
  }

  /// Start, address, pointer, repeated start, two bytes, stop.
  @inlinable
  mutating func readWord(_ address: I2CAddress, pointer: UInt8) throws(I2CError) -> UInt16 {
    var pointerByte = pointer
    var answer: UInt16 = 0
    try withUnsafeBytes(of: &pointerByte) { (out) throws(I2CError) in
      try withUnsafeMutableBytes(of: &answer) { (into) throws(I2CError) in try writeRead(address, out, into: into) }
    }
    return UInt16(bigEndian: answer)
  }

  /// Start, address, two bytes from wherever the pointer stands, stop.
  @inlinable
  mutating func readWord(_ address: I2CAddress) throws(I2CError) -> UInt16 {
    var answer: UInt16 = 0
    try withUnsafeMutableBytes(of: &answer) { (into) throws(I2CError) in try read(address, into: into) }
    return UInt16(bigEndian: answer)
  }
}
