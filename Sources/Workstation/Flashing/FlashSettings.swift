import WireFormat

/// What a card is to set up on its first boot; every value checked.
public struct FlashSettings: Sendable {
  public var host: String
  /// 32 hexadecimal digits.
  public var boardID: String
  /// Lines of authorized_keys for the service's account, whose command is forced by the edged package.
  public var keys: [String]
  /// Public keys of 32 bytes that bundles may be signed with.
  public var trusted: [[UInt8]]
  public var wifi: WiFiNetwork?
  public var administrator: Administrator?
  public var packages: [DebPackage]
  public var timeZone: String?
  public var locale: String?
  /// The board's ssh host key.
  public var hostKey: HostKey?

  /// An account that may become root, by key alone.
  public struct Administrator: Equatable, Sendable {
    public var name: String
    public var keys: [String]

    package init(name: String, keys: [String]) {
      self.name = name
      self.keys = keys
    }
  }

  package init(
    host: String, boardID: String, keys: [String], trusted: [[UInt8]] = [], wifi: WiFiNetwork? = nil,
    administrator: Administrator? = nil, packages: [DebPackage] = [], timeZone: String? = nil, locale: String? = nil,
    hostKey: HostKey? = nil
  ) {
    self.host = host
    self.boardID = boardID
    self.keys = keys
    self.trusted = trusted
    self.wifi = wifi
    self.administrator = administrator
    self.packages = packages
    self.timeZone = timeZone
    self.locale = locale
    self.hostKey = hostKey
  }

  /// /etc/edged/identity: from it the board takes its name and id when it first starts.
  var identity: String { "name=\(host)\nboard_id=\(boardID)\n" }

  /// A name for a trusted key's file: its first four bytes, as the board itself names them.
  static func trustedName(_ key: [UInt8]) -> String { Hex.text(Array(key.prefix(4))) + ".pub" }
}
