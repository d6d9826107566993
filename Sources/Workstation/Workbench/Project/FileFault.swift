import Foundation

/// Plain words for what the system said about a file.
enum FileFault {
  /// The system's own reason inside a Foundation error.
  static func reason(_ error: any Error) -> String {
    let outer = error as NSError
    if let inner = outer.userInfo[NSUnderlyingErrorKey] as? NSError, inner.domain == NSPOSIXErrorDomain {
      return text(Int32(inner.code))
    }
    if outer.domain == NSPOSIXErrorDomain { return text(Int32(outer.code)) }
    switch CocoaError.Code(rawValue: outer.code) {
    case .fileNoSuchFile, .fileReadNoSuchFile: return "No such file or directory"
    case .fileReadNoPermission, .fileWriteNoPermission: return "Permission denied"
    case .fileWriteOutOfSpace: return "No space left on device"
    default: return outer.localizedDescription
    }
  }

  static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
