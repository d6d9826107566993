import HardwareInterface

/// What Linux's error numbers mean on a bus and on a line. The numbers are the same on x86 and ARM.
enum LinuxErrno {
  /// See the kernel's Documentation/i2c/fault-codes.rst.
  static func i2cKind(_ number: Int32) -> I2CErrorKind {
    switch number {
    case 6, 121: return .noAcknowledgeAddress  // ENXIO, EREMOTEIO
    case 5: return .noAcknowledgeData  // EIO
    case 11: return .arbitrationLost  // EAGAIN
    case 110, 62: return .timeout  // ETIMEDOUT, ETIME
    case 16: return .busStuck  // EBUSY
    case 75: return .overrun  // EOVERFLOW
    case 1, 13: return .permission  // EPERM, EACCES
    case 2, 19, 20: return .noSuchDevice  // ENOENT, ENODEV, ENOTDIR
    case 22, 25, 95: return .unsupported  // EINVAL, ENOTTY, EOPNOTSUPP
    case 71, 74: return .unexpectedData  // EPROTO, EBADMSG
    default: return .other
    }
  }

  static func lineKind(_ number: Int32) -> LineErrorKind {
    switch number {
    case 19: return .noSuchChip  // ENODEV
    case 2: return .noSuchLine  // ENOENT
    case 16: return .busy  // EBUSY
    case 1, 13: return .permission  // EPERM, EACCES
    case 110: return .timeout  // ETIMEDOUT
    case 22, 25, 95: return .unsupported  // EINVAL, ENOTTY, EOPNOTSUPP
    default: return .other
    }
  }
}
