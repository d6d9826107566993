import HardwareInterface

/// What Linux's error numbers mean on a bus and on a line. The numbers are the same on x86 and ARM.
///
/// The kernel's Documentation/i2c/fault-codes.rst says what drivers should report; what they do report differs:
///
/// | | bcm2835 | designware | omap | algo-bit |
/// |---|---|---|---|---|
/// | address refused | EREMOTEIO | EREMOTEIO | EREMOTEIO | ENXIO |
/// | data refused | EREMOTEIO | EREMOTEIO | EREMOTEIO | EIO |
/// | arbitration lost | never seen | EAGAIN | EAGAIN | EAGAIN |
/// | clock stretched too long | EIO | ETIMEDOUT | ETIMEDOUT | ETIMEDOUT |
/// | data lost | EIO | EIO | EIO | - |
/// | messages it does not join | EOPNOTSUPP | EINVAL | - | - |
///
/// So the first three do not say which byte was refused; `noAcknowledgeAddress` stands for both there.
public enum LinuxErrno {
  /// The kind of a failed transfer.
  public static func i2cKind(_ number: Int32, _ family: I2CAdapterFamily = .other) -> I2CErrorKind {
    switch number {
    case 6, 121: return .noAcknowledgeAddress  // ENXIO, EREMOTEIO
    case 5:  // EIO
      switch family {
      case .bcm2835: return .timeout
      case .omap: return .overrun
      case .designWare: return .other
      case .bitBang, .other: return .noAcknowledgeData
      }
    case 11: return .arbitrationLost  // EAGAIN
    case 110, 62: return .timeout  // ETIMEDOUT, ETIME
    case 16: return .busStuck  // EBUSY
    case 75: return .overrun  // EOVERFLOW
    case 1, 13: return .permission  // EPERM, EACCES
    case 2, 19, 20, 108: return .noSuchDevice  // ENOENT, ENODEV, ENOTDIR, ESHUTDOWN
    case 22, 25, 95, 524: return .unsupported  // EINVAL, ENOTTY, EOPNOTSUPP, ENOTSUPP
    case 71, 74: return .unexpectedData  // EPROTO, EBADMSG
    default: return .other
    }
  }

  /// The kind of a failed call on a line.
  public static func lineKind(_ number: Int32) -> LineErrorKind {
    switch number {
    case 19, 6: return .noSuchChip  // ENODEV, ENXIO
    case 2: return .noSuchLine  // ENOENT
    case 16: return .busy  // EBUSY
    case 1, 13: return .permission  // EPERM, EACCES
    case 110, 62: return .timeout  // ETIMEDOUT, ETIME
    case 22, 25, 95, 524: return .unsupported  // EINVAL, ENOTTY, EOPNOTSUPP, ENOTSUPP
    case 76: return .ambiguous  // ENOTUNIQ
    default: return .other
    }
  }
}
