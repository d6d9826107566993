import Foundation
import HardwareInterface
import LinuxHardware
import Testing

/// Error numbers and what they mean.
@Suite struct ErrnoTests {
  @Test(arguments: [
    (ENXIO, I2CErrorKind.noAcknowledgeAddress), (EREMOTEIO, .noAcknowledgeAddress), (EIO, .noAcknowledgeData),
    (EAGAIN, .arbitrationLost), (ETIMEDOUT, .timeout), (ETIME, .timeout), (EBUSY, .busStuck), (EOVERFLOW, .overrun),
    (EACCES, .permission), (EPERM, .permission), (ENODEV, .noSuchDevice), (ENOENT, .noSuchDevice),
    (ESHUTDOWN, .noSuchDevice), (EOPNOTSUPP, .unsupported), (EINVAL, .unsupported), (EPROTO, .unexpectedData),
    (ENOMEM, .other), (0, .other), (-1, .other),
  ])
  func busKinds(number: Int32, kind: I2CErrorKind) {
    #expect(LinuxErrno.i2cKind(number) == kind)
  }

  @Test func whatEIOMeansDependsOnTheDriver() {
    #expect(LinuxErrno.i2cKind(EIO, .bcm2835) == .timeout)
    #expect(LinuxErrno.i2cKind(EIO, .designWare) == .other)
    #expect(LinuxErrno.i2cKind(EIO, .omap) == .overrun)
    #expect(LinuxErrno.i2cKind(EIO, .bitBang) == .noAcknowledgeData)
  }

  @Test(arguments: [
    (ENODEV, LineErrorKind.noSuchChip), (ENOENT, .noSuchLine), (EBUSY, .busy), (EACCES, .permission),
    (EPERM, .permission), (ETIMEDOUT, .timeout), (EINVAL, .unsupported), (ENOTUNIQ, .ambiguous), (ENOMEM, .other),
  ])
  func lineKinds(number: Int32, kind: LineErrorKind) {
    #expect(LinuxErrno.lineKind(number) == kind)
  }

  @Test(arguments: [
    ("bcm2835 (i2c@7e804000)", I2CAdapterFamily.bcm2835), ("Synopsys DesignWare I2C adapter", .designWare),
    ("OMAP I2C adapter", .omap), ("i2c-gpio0", .bitBang), ("SMBus stub driver", .other), ("", .other),
    ("bcm283", .other),
  ])
  func familiesByName(name: String, family: I2CAdapterFamily) {
    #expect(Array(name.utf8).withUnsafeBufferPointer { I2CAdapterFamily(name: $0) } == family)
  }

  @Test func everyKindHasItsHint() {
    let bus = (1...12).compactMap { I2CErrorKind(rawValue: $0)?.hint.description }
    #expect(Set(bus).count == 12 && I2CErrorKind(rawValue: 13) == nil)
    let lines = (1...10).compactMap { LineErrorKind(rawValue: $0)?.hint.description }
    #expect(Set(lines).count == 10 && LineErrorKind(rawValue: 11) == nil)
    #expect(I2CErrorKind.noAcknowledgeAddress.hint.description.contains("power, wiring and address"))
    #expect(I2CErrorKind.permission.hint.description.contains("group i2c"))
    #expect(LineErrorKind.permission.hint.description.contains("group gpio"))
  }

  @Test func addresses() {
    for value in UInt64(0)...0x77 {
      #expect((try? I2CAddress(checking: value))?.value == (value >= 8 ? UInt8(value) : nil))
    }
    #expect(throws: I2CAddressError.reserved) { try I2CAddress(checking: 7) }
    #expect(throws: I2CAddressError.reserved) { try I2CAddress(checking: 0x78) }
    #expect(throws: I2CAddressError.tenBit) { try I2CAddress(checking: 0x90) }
    #expect(throws: I2CAddressError.tenBit) { try I2CAddress(checking: 0x3FF) }
    #expect(throws: I2CAddressError.outOfRange) { try I2CAddress(checking: 0x400) }
    #expect(throws: I2CAddressError.outOfRange) { try I2CAddress(checking: .max) }
    #expect(I2CAddressError.tenBit.hint.description.contains("halve it"))
  }
}
