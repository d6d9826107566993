import HardwareInterface

/// AT24C01 to AT24C512: an EEPROM of 128 bytes to 64 KiB.
///
/// Up to 2 KiB an address is one byte, what does not fit in it stands in the device address; above, it is two bytes. For
/// settings and identities, never in the loop: a write takes milliseconds and wears the chip.
/// Sources: Microchip, AT24C01D to AT24C512C data sheets.
public struct AT24C: Equatable, Sendable {
  /// 0x50 to 0x57; the lowest address of a chip that has several.
  public let address: I2CAddress
  /// How many bytes it holds.
  public let size: UInt32
  /// How many bytes one write may take, from a multiple of itself on.
  public let pageSize: UInt16

  /// Nil unless `size` is a power of two from 128 to 65536, `pageSize` one from 8 to 256 and not larger, and `address`
  /// is the first of those the chip answers to.
  public init?(address: I2CAddress, size: UInt32, pageSize: UInt16) {
    guard size >= 128, size <= 65536, size & (size - 1) == 0, pageSize >= 8, pageSize <= 256,
      pageSize & (pageSize - 1) == 0, UInt32(pageSize) <= size
    else { return nil }
    let blocks = size > 256 && size <= 2048 ? size / 256 : 1
    guard address.value >= 0x50, address.value <= 0x57, UInt32(address.value) % blocks == 0 else { return nil }
    self.address = address
    self.size = size
    self.pageSize = pageSize
  }

  /// The longest a write takes inside the chip, nanoseconds.
  public static let writeTime: UInt64 = 10_000_000

  /// Whether an address is two bytes.
  @inlinable
  public var hasWideAddress: Bool { size > 2048 }

  /// The bytes that name a place in the memory: 1 or 2, or 0 when `buffer` is too short.
  @inlinable
  public func encodePlace(_ place: UInt32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    hasWideAddress
      ? Encoding.word(UInt16(truncatingIfNeeded: place), into: buffer)
      : Encoding.byte(UInt8(truncatingIfNeeded: place), into: buffer)
  }

  /// The device address of the 256 bytes `place` lies in.
  @inlinable
  func device(_ place: UInt32) throws(I2CError) -> I2CAddress {
    if hasWideAddress { return address }
    guard let device = I2CAddress(address.value | UInt8(truncatingIfNeeded: place >> 8)) else {
      throw I2CError(.unsupported, address: address.value)
    }
    return device
  }

  @inlinable
  func check(_ place: UInt32, _ count: Int) throws(I2CError) {
    guard UInt64(place) + UInt64(count) <= UInt64(size) else { throw I2CError(.unsupported, address: address.value) }
  }

  /// Checks that a memory answers, and changes nothing. It has no identity: anything that lets its first byte be read
  /// passes.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    var byte: UInt8 = 0
    try withUnsafeMutableBytes(of: &byte) { (raw) throws(I2CError) in try read(on: &bus, at: 0, into: raw) }
  }

  /// Reads from `place` on.
  ///
  /// - Throws: `I2CError`; `unsupported` beyond the chip's end.
  @inlinable
  public func read<Bus: I2CBus>(
    on bus: inout Bus, at place: UInt32, into bytes: UnsafeMutableRawBufferPointer
  ) throws(I2CError) {
    try check(place, bytes.count)
    var done = 0
    while done < bytes.count {
      let start = place + UInt32(done)
      // A device address covers 256 bytes.
      let left = bytes.count - done
      let part = hasWideAddress ? left : min(left, 256 - Int(start & 255))
      var name: UInt16 = 0
      try withUnsafeMutableBytes(of: &name) { (raw) throws(I2CError) in
        let count = encodePlace(start, into: raw)
        try bus.writeRead(
          try device(start), UnsafeRawBufferPointer(rebasing: raw[0..<count]),
          into: UnsafeMutableRawBufferPointer(rebasing: bytes[done..<done + part]))
      }
      done += part
    }
  }

  /// Writes from `place` on, page by page, and waits for the chip to be done with each.
  ///
  /// - Throws: `I2CError`; `unsupported` beyond the chip's end, `noAcknowledgeAddress` when it is not done in `writeTime`.
  ///   Pages before the one that failed stay written.
  @inlinable
  public func write<Bus: I2CBus, Clock: HardwareClock>(
    on bus: inout Bus, clock: inout Clock, at place: UInt32, _ bytes: UnsafeRawBufferPointer
  ) throws(I2CError) {
    try check(place, bytes.count)
    var done = 0
    while done < bytes.count {
      let start = place + UInt32(done)
      let part = min(bytes.count - done, Int(pageSize) - Int(start & UInt32(pageSize - 1)))
      try writePage(on: &bus, start, UnsafeRawBufferPointer(rebasing: bytes[done..<done + part]))
      try waitUntilWritten(on: &bus, clock: &clock, start)
      done += part
    }
  }

  @inlinable
  func writePage<Bus: I2CBus>(
    on bus: inout Bus, _ place: UInt32, _ bytes: UnsafeRawBufferPointer
  ) throws(I2CError) {
    let target = try device(place)
    let fault: I2CError? = withUnsafeTemporaryAllocation(byteCount: 2 + bytes.count, alignment: 2) { raw in
      let head = encodePlace(place, into: raw)
      for index in 0..<bytes.count { raw[head + index] = bytes[index] }
      do throws(I2CError) {
        try bus.write(target, UnsafeRawBufferPointer(rebasing: raw[0..<head + bytes.count]))
        return nil
      } catch {
        return error
      }
    }
    if let fault { throw fault }
  }

  /// Asks until the chip acknowledges again. A place is sent with it: some controllers cannot send an address alone.
  @inlinable
  func waitUntilWritten<Bus: I2CBus, Clock: HardwareClock>(
    on bus: inout Bus, clock: inout Clock, _ place: UInt32
  ) throws(I2CError) {
    let target = try device(place)
    let deadline = clock.now() + Self.writeTime
    while true {
      do throws(I2CError) {
        try bus.send(target) { encodePlace(place, into: $0) }
        return
      } catch {
        guard error.kind == .noAcknowledgeAddress || error.kind == .noAcknowledgeData, clock.now() < deadline else {
          throw error
        }
        clock.sleep(until: clock.now() + 250_000)
      }
    }
  }
}
