import Flashing
import Foundation
import Testing

/// Text inside other languages: what comes out is what went in, whatever it was. A failure names the seed that replays it.
@Suite struct TextTests {
  /// Texts of characters that mean something somewhere.
  static func hostile(_ seed: UInt64, count: Int) -> [String] {
    var generator = Seeded(state: seed)
    let pieces = [
      "'", "\"", "\\", "$", "`", "$(touch x)", ";", "&", "|", "#", " #", ": ", "- ", "!", "{", "}", "[", "]", "%", "@",
      "*", "?", "~", "=", ",", "é", "漢字", "\u{1F600}", "e\u{301}", "\u{2028}", "\u{FEFF}", "\u{85}", "\t", "\n", "\r\n",
      "\u{1}", "\u{7F}", " ", "  ", "null", "yes", "0x1", "a", "Z",
    ]
    return (0..<count).map { _ in
      (0..<Int.random(in: 0...9, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }
  }

  struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return z ^ z >> 31
    }
  }

  @Test func shellWordsComeOutAsTheyWentIn() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let texts = Self.hostile(seed, count: 300)
    let scratch = try Scratch()
    let script = texts.map { "printf '%s\\001end\\002' \(QuotedText.shell($0))" }.joined(separator: "\n")
    let path = try scratch.write("script", script)
    let outcome = try ToolRun.run("/bin/sh", [path], folder: scratch.path)
    let expected = texts.map { $0 + "\u{1}end\u{2}" }.joined()
    #expect(outcome.output == Array(expected.utf8), "seed \(seed)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["script"], "seed \(seed)")
  }

  @Test func yamlScalarsComeOutAsTheyWentIn() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let texts = Self.hostile(seed, count: 300)
    // What is written keeps to JSON's escapes, which are YAML's as well.
    for text in texts {
      let quoted = QuotedText.yaml(text)
      let value = try JSONSerialization.jsonObject(with: Data(quoted.utf8), options: .fragmentsAllowed) as? String
      #expect(value.map { Array($0.utf8) } == Array(text.utf8), "seed \(seed)")
      #expect(!quoted.unicodeScalars.contains { $0.value < 32 }, "seed \(seed)")
    }
    let document = texts.enumerated().map { "k\($0.offset): \(QuotedText.yaml($0.element))\n" }.joined()
    guard let read = try PythonCheck.yaml(document) as? [String: Any] else { return }
    for (index, text) in texts.enumerated() {
      #expect((read["k\(index)"] as? String).map { Array($0.utf8) } == Array(text.utf8), "seed \(seed)")
    }
  }

  @Test func cloudInitFilesAreTheYAMLTheyShouldBe() throws {
    let wifi = try WiFiNetwork(ssid: "a: 'b' #\"c\\", passphrase: "12345678", country: "GB", isHidden: true)
    let settings = Sample.settings(
      wifi: wifi, administrator: .init(name: "lab", keys: [Sample.key]), timeZone: "Europe/Berlin")
    guard let user = try PythonCheck.yaml(CloudInitText.userData(settings)) as? [String: Any],
      let network = try PythonCheck.yaml(CloudInitText.network(settings)) as? [String: Any]
    else { return }
    #expect(user["hostname"] as? String == "cell-07")
    #expect(user["timezone"] as? String == "Europe/Berlin")
    #expect(user["ssh_pwauth"] as? Bool == false)
    let account = (user["users"] as? [[String: Any]])?.first
    #expect(account?["name"] as? String == "lab")
    #expect(account?["ssh_authorized_keys"] as? [String] == [Sample.key])
    let boot = (user["bootcmd"] as? [[String]])?.first
    #expect(boot?.prefix(5) == ["cloud-init-per", "instance", "edgetwin-early", "sh", "-c"])
    #expect(boot?.last?.hasSuffix("firstboot.sh early; fi; done; exit 0") == true)
    #expect((user["runcmd"] as? [[String]])?.first?.last?.contains("firstboot.sh late") == true)
    let radio = ((network["network"] as? [String: Any])?["wifis"] as? [String: Any])?["wlan0"] as? [String: Any]
    #expect(radio?["regulatory-domain"] as? String == "GB")
    let points = radio?["access-points"] as? [String: [String: Any]]
    #expect(points?.keys.first == wifi.ssid)
    #expect(points?[wifi.ssid]?["password"] as? String == wifi.key)
    #expect(points?[wifi.ssid]?["hidden"] as? Bool == true)

    let plain = try PythonCheck.yaml(CloudInitText.userData(Sample.settings())) as? [String: Any]
    #expect((plain?["users"] as? [Any])?.isEmpty == true, "the image's default account would be made")
  }

  @Test func theCommandLineStaysOneLine() {
    let words = CommandLineText.words("a=1  b=\"x y\"\tc\n")
    #expect(words == ["a=1", "b=\"x y\"", "c"])
    let once = CommandLineText.replacing(["x="], with: ["x=2"], in: "a x=1 b\r\n")
    #expect(once == "a b x=2\n")
    #expect(CommandLineText.replacing(["x="], with: ["x=2"], in: once) == once)
  }

  @Test func theFragmentReplacesItself() {
    let stock = "# c\r\ndtparam=audio=on\n[pi4]\narm_boost=1\n\n\n"
    let once = ConfigText.with("a=1\n", in: stock)
    #expect(once.hasPrefix("# c\ndtparam=audio=on\n[pi4]\narm_boost=1\n\n# --- EdgeTwin"))
    #expect(once.contains("\n[all]\na=1\n# --- EdgeTwin: end ---\n"))
    #expect(ConfigText.with("a=1\n", in: once) == once)
    let more = ConfigText.with("b=2", in: once + "after=1\n")
    #expect(!more.contains("a=1") && more.contains("after=1") && more.contains("b=2\n"))
    // A mark without its end takes nothing with it.
    let broken = once.replacingOccurrences(of: "# --- EdgeTwin: end ---\n", with: "kept=1\n")
    #expect(ConfigText.with("b=2", in: broken).contains("kept=1"))
  }

  @Test func hostKeysReplaceTheirForerunners() throws {
    let (first, second) = (try HostKey.make(host: "a"), try HostKey.make(host: "a"))
    #expect(first.publicKey != second.publicKey)
    #expect(first.fingerprint.hasPrefix("SHA256:"))
    let foreign = "# mine\nother,a.local ssh-ed25519 AAAA\n|1|hash|hash ssh-rsa BBBB\n"
    let once = KnownHosts.adding(first, for: ["a.local", "a"], to: foreign)
    #expect(once == "# mine\nother ssh-ed25519 AAAA\n|1|hash|hash ssh-rsa BBBB\na.local,a \(first.publicKey)\n")
    let twice = KnownHosts.adding(second, for: ["a.local", "a"], to: once)
    #expect(!twice.contains(first.publicKey) && twice.contains("a.local,a \(second.publicKey)\n"))
    // ssh itself finds it.
    let scratch = try Scratch()
    let path = try scratch.write("known_hosts", twice)
    guard let keygen = ToolRun.find("ssh-keygen") else { return }
    let found = try ToolRun.run(keygen, ["-F", "a.local", "-f", path])
    #expect(found.code == 0 && String(decoding: found.output, as: UTF8.self).contains(second.publicKey))
  }

  @Test func preseedIsTheTOMLItShouldBe() throws {
    let wifi = try WiFiNetwork(ssid: "a \"b\" \\ #c", passphrase: "12345678", country: "GB")
    let text = PreseedText.text(Sample.settings(wifi: wifi, timeZone: "Europe/Berlin"))
    guard let read = try PythonCheck.toml(text) as? [String: Any] else { return }
    #expect(read["config_version"] as? String == "1.0")
    let wlan = read["wlan"] as? [String: Any]
    #expect(wlan?["ssid"] as? String == wifi.ssid)
    #expect(wlan?["password"] as? String == wifi.key)
    #expect(wlan?["password_encrypted"] as? Bool == true)
    #expect(wlan?["ssid_hex"] as? String == "61202262222 05c202363".replacingOccurrences(of: " ", with: ""))
    let commands = read["runcmd"] as? [String: Any]
    #expect((commands?["late"] as? [String])?.first?.contains("firstboot.sh late") == true)
    // Its own reader goes line by line.
    #expect(!text.contains("\"\"\"") && !text.contains("'''"))
  }
}

/// Other programs' readers, where Python and its modules are here.
enum PythonCheck {
  static func yaml(_ text: String) throws -> Any? {
    try read(
      text, "import json,sys,yaml; json.dump(yaml.safe_load(open(sys.argv[1],encoding='utf-8',newline='')),sys.stdout)")
  }

  static func toml(_ text: String) throws -> Any? {
    try read(text, "import json,sys,tomllib; json.dump(tomllib.load(open(sys.argv[1],'rb')),sys.stdout)")
  }

  private static func read(_ text: String, _ program: String) throws -> Any? {
    guard let python = ToolRun.find("python3") else { return nil }
    let scratch = try Scratch()
    let outcome = try ToolRun.run(python, ["-c", program, try scratch.write("text", text)])
    if outcome.complaint.contains("ModuleNotFoundError") { return nil }
    guard outcome.code == 0 else { throw FlashError(outcome.complaint) }
    return try JSONSerialization.jsonObject(with: Data(outcome.output), options: .fragmentsAllowed)
  }
}
