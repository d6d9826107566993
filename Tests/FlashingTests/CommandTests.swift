import Flashing
import Foundation
import Testing

/// The command itself: results on standard output, talk beside it, exit codes. Needs the built program (EDGETWIN_BIN).
@Suite struct CommandTests {
  static func run(_ arguments: [String], folder: String, environment: [String: String] = [:]) throws
    -> ToolRun.Outcome?
  {
    guard let bin = ProcessInfo.processInfo.environment["EDGETWIN_BIN"] else { return nil }
    let program = bin + "/edgesync"
    guard FileManager.default.isExecutableFile(atPath: program) else { return nil }
    return try ToolRun.run(program, ["flash"] + arguments, folder: folder, environment: environment)
  }

  private func stock() throws -> (Scratch, [String]) {
    let scratch = try Scratch()
    _ = try TestImage.make(in: scratch.path, files: Stock.bookworm)
    _ = try scratch.write("lab.pub", Sample.key + "\n")
    _ = try scratch.write("lines.txt", Sample.fragment)
    return (
      scratch,
      [
        "--board", "4", "--image", "stock.img", "--host", "cell-07", "--key", "lab.pub", "--boot-config", "lines.txt",
      ]
    )
  }

  @Test func oneObjectTellsWhatWasDone() throws {
    let (scratch, arguments) = try stock()
    let secret = "correct horse battery"
    guard
      let outcome = try Self.run(
        arguments + ["--out", "o.img", "--wifi", "Lab 3", "--wifi-country", "DE", "--board-id", Sample.id, "--json"],
        folder: scratch.path, environment: ["EDGETWIN_WIFI_PASSPHRASE": secret])
    else { return }
    #expect(outcome.code == 0, "\(outcome.complaint)")
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any]
    #expect(object?["form"] as? String == "firstrun")
    #expect(object?["board_id"] as? String == Sample.id)
    let enroll = object?["enroll"] as? String
    #expect(enroll?.hasPrefix("edgesync enroll cell-07 --host edged@cell-07.local --description ") == true)
    #expect(!outcome.complaint.contains(secret))
    #expect(!String(decoding: outcome.output, as: UTF8.self).contains(secret))
    // Beside the image, as there is no project: the key the card shows.
    let known = try String(contentsOfFile: scratch.path + "/o.img.known_hosts", encoding: .utf8)
    let card = try TestImage(path: scratch.path + "/o.img").text("edgetwin/host_key.pub")
    #expect(known == "cell-07.local,cell-07 \(card)")
    // Nobody but its owner may read an image with keys in it.
    var facts = stat()
    #expect(stat(scratch.path + "/o.img", &facts) == 0 && facts.st_mode & 0o777 == 0o600)

    let again = try Self.run(arguments + ["--out", "o.img"], folder: scratch.path)
    #expect(again?.code == 64 && again?.complaint.contains("--force") == true)
    #expect(try Self.run(arguments + ["--out", "o.img", "--force"], folder: scratch.path)?.code == 0)
  }

  @Test(arguments: [
    (["--out", "stock.img", "--force"], "never written to"),
    (["--out", "o.img", "--wifi", "x"], "--wifi-country"),
    (["--out", "o.img", "--wifi", "x", "--wifi-country", "DE"], "--wifi-passphrase-file"),
    (["--out", "o.img", "--wifi-country", "DE"], "without --wifi"),
    (["--out", "o.img", "--first-boot", "magic"], "auto"),
    (["--out", "o.img", "--user-key", "lab.pub"], "needs --user"),
    (["--out", "o.img", "--host", "a b"], "no host name"),
    (["--out", "/dev/null", "--force"], "--device"),
    (["--device", "/dev/null"], "no block device"),
    ([], "--out or --device"),
    (["--make-image", "--out", "m.img"], "neither --image"),
  ]) func wrongUse(_ more: [String], _ why: String) throws {
    let (scratch, arguments) = try stock()
    var given = arguments
    // A later option takes the place of an earlier one.
    if let host = more.firstIndex(of: "--host"), let at = given.firstIndex(of: "--host") {
      given[at + 1] = more[host + 1]
      given += more[..<host]
    } else {
      given += more
    }
    guard let outcome = try Self.run(given + ["--json"], folder: scratch.path) else { return }
    #expect(outcome.code == 64, "\(outcome.complaint)")
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any]
    #expect((object?["error"] as? String)?.contains(why) == true, "\(object ?? [:])")
    #expect(object?["exit_code"] as? Int == 64)
  }
}
