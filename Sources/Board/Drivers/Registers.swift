import HardwareInterface

// What the chips with a pointer byte and registers have in common: most significant byte first.
extension I2CBus {
  /// Start, address, what `encode` put into a buffer of 16 bytes and counted, stop.
  ///
  /// - Throws: `I2CError`; `unsupported` when there is nothing to send.
  @inlinable
  mutating func send(
    _ address: I2CAddress, _ encode: (UnsafeMutableRawBufferPointer) -> Int
  ) throws(I2CError) {
    var bytes: (UInt64, UInt64) = (0, 0)
    try withUnsafeMutableBytes(of: &bytes) { (raw) throws(I2CError) in
      let count = encode(raw)
      guard count > 0, count <= raw.count else { throw I2CError(.unsupported, address: address.value) }
      try write(address, UnsafeRawBufferPointer(rebasing: raw[0..<count]))
    }
  }

  /// Start, address, register, one byte, stop.
  @inlinable
  mutating func writeByte(_ address: I2CAddress, register: UInt8, _ value: UInt8) throws(I2CError) {
    var bytes = (register, value)
    try withUnsafeBytes(of: &bytes) { (raw) throws(I2CError) in try write(address, raw) }
  }

  /// Start, address, register, repeated start, one byte, stop.
  @inlinable
  mutating func readByte(_ address: I2CAddress, register: UInt8) throws(I2CError) -> UInt8 {
    var number = register
    var answer: UInt8 = 0
    try withUnsafeBytes(of: &number) { (out) throws(I2CError) in
      try withUnsafeMutableBytes(of: &answer) { (into) throws(I2CError) in try writeRead(address, out, into: into) }
    }
    return answer
  }

  /// Start, address, register, repeated start, as many bytes as `answer` has, stop.
  @inlinable
  mutating func readBytes(
    _ address: I2CAddress, register: UInt8, into answer: UnsafeMutableRawBufferPointer
  ) throws(I2CError) {
    var number = register
    try withUnsafeBytes(of: &number) { (out) throws(I2CError) in try writeRead(address, out, into: answer) }
  }

  /// Start, address, pointer, two bytes, stop.
  @inlinable
  mutating func writeWord(_ address: I2CAddress, pointer: UInt8, _ word: UInt16) throws(I2CError) {
    try send(address) { Encoding.word(pointer: pointer, word, into: $0) }
  }

  /// Start, address, pointer, repeated start, two bytes, stop.
  @inlinable
  mutating func readWord(_ address: I2CAddress, pointer: UInt8) throws(I2CError) -> UInt16 {
    var answer: UInt16 = 0
    try withUnsafeMutableBytes(of: &answer) { (into) throws(I2CError) in
      try readBytes(address, register: pointer, into: into)
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

/// Bytes as they travel, written into and read from a caller's buffer. An encoder returns how many bytes it wrote: 0, and
/// nothing written, when the buffer is too short.
@usableFromInline
enum Encoding {
  @inlinable
  static func byte(_ value: UInt8, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard buffer.count >= 1 else { return 0 }
    buffer[0] = value
    return 1
  }

  @inlinable
  static func word(_ value: UInt16, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard buffer.count >= 2 else { return 0 }
    buffer[0] = UInt8(truncatingIfNeeded: value >> 8)
    buffer[1] = UInt8(truncatingIfNeeded: value)
    return 2
  }

  @inlinable
  static func word(pointer: UInt8, _ value: UInt16, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard buffer.count >= 3 else { return 0 }
    buffer[0] = pointer
    buffer[1] = UInt8(truncatingIfNeeded: value >> 8)
    buffer[2] = UInt8(truncatingIfNeeded: value)
    return 3
  }

  /// The word at byte `offset`; nil beyond the end.
  @inlinable
  static func word(_ raw: UnsafeRawBufferPointer, at offset: Int = 0) -> UInt16? {
    guard offset >= 0, offset &+ 1 < raw.count else { return nil }
    return UInt16(raw[offset]) << 8 | UInt16(raw[offset &+ 1])
  }
}
