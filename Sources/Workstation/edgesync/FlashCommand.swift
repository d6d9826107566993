import ArgumentParser
import Flashing
import Foundation
import Stages
import Workbench

struct FlashCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flash",
    abstract: "Puts a stock Raspberry Pi OS or Debian image in the shape that boots headless with edged enrolled.",
    discussion: """
      The image is copied, its boot partition edited without mounting; nothing is written to the image itself. With
      --device the result goes to a card, which is named and asked for first and read back afterwards.
      """)

  @OptionGroup var common: Common
  @OptionGroup var card: CardOptions
  @OptionGroup var system: SystemOptions

  @Option(help: "The board's folder under boards/, such as raspberry-pi-4.")
  var board: String?

  @Option(help: "The stock image: .img, or compressed as .xz, .gz or .zst.")
  var image: String?

  @Option(help: "Where the edited image goes; may be left out with --device.")
  var out: String?

  @Flag(help: "Write over a file that is there at --out.")
  var force = false

  @Flag(help: "Make a minimal Debian arm64 image that boots in QEMU, in place of editing one.")
  var makeImage = false

  @Option(help: "The first-boot form: \(FirstBootForm.allCases.map(\.rawValue).joined(separator: ", ")), or auto.")
  var firstBoot = "auto"

  @Option(help: "Lines for the image's config.txt; boards/BOARD/boot-config.txt by default.")
  var bootConfig: String?

  struct Result: Encodable {
    var board: String
    var host: String
    var board_id: String
    var image: String?
    var bytes: UInt64?
    var form: String?
    var boot_mount: String?
    var boot_files: [String]?
    var files_made: [String]?
    var packages: [String]
    var host_key: String?
    var known_hosts: String?
    var device: String?
    var sha256: String?
    var enroll: String
  }

  func run() throws {
    try common.result {
      let result = try makeImage ? make() : flash()
      var text = makeImage ? "made \(out ?? "")" : "flashed \(result.device ?? result.image ?? "")"
      text += " for host \(result.host), board \(result.board_id)"
      if let key = result.host_key { text += "\nhost key \(key), known through \(result.known_hosts ?? "")" }
      return (result, text + "\nonce it has booted: \(result.enroll)")
    }
  }

  private func required(_ value: String?, _ name: String) throws -> String {
    guard let value, !value.isEmpty else { throw FlashError("--\(name) is missing", code: 64) }
    return value
  }

  private func chosenForm() throws -> FirstBootForm? {
    if firstBoot == "auto" { return nil }
    guard let form = FirstBootForm(rawValue: firstBoot) else {
      throw FlashError(
        "--first-boot '\(firstBoot)' is none: auto, \(FirstBootForm.allCases.map(\.rawValue).joined(separator: ", "))",
        code: 64)
    }
    return form
  }

  /// The lines for config.txt: given, or the board's own.
  private func fragment(_ kind: BoardKind) throws -> String {
    let name = "boards/\(kind.name)/boot-config.txt"
    guard let path = bootConfig ?? SourceTree.find(name) else {
      throw FlashError(
        "\(name) is not here: it turns I2C on; run this from the source tree, or give --boot-config", code: 64)
    }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw FlashError("\(path) cannot be read as text: correct --boot-config", code: 64)
    }
    return text
  }

  private func checkTarget(_ target: String, image: String?) throws {
    var (there, source) = (stat(), stat())
    guard stat(target, &there) == 0 else { return }
    if let image, stat(image, &source) == 0, there.st_ino == source.st_ino, there.st_dev == source.st_dev {
      throw FlashError("--out is the image itself, which is never written to: choose another name", code: 64)
    }
    guard there.st_mode & S_IFMT == S_IFREG else {
      throw FlashError("--out \(target) is no plain file; a card is written to with --device", code: 64)
    }
    guard force else { throw FlashError("\(target) is there already: choose another --out, or add --force", code: 64) }
  }

  private func flash() throws -> Result {
    let console = Console()
    let kind = try BoardKind.named(try required(board, "board"))
    let source = try required(image, "image")
    let project = try system.project(common)
    let form = try chosenForm()
    guard out != nil || card.device != nil else { throw FlashError("--out or --device is missing", code: 64) }
    if let out { try checkTarget(out, image: source) }
    let lines = try fragment(kind)
    if let device = card.device { try card.confirm(device, console: console) }
    var settings = try system.settings(project, console: console)
    if !system.noHostKey { settings.hostKey = try HostKey.make(host: settings.host) }

    let target = out ?? card.temporaryImage()
    defer { if out == nil { unlink(target) } }
    let flash = ImageFlash(
      board: kind, settings: settings, form: form, fragment: lines, say: { console.say("    \($0)") },
      progress: { console.progress($0, $1, $2) }, isInterrupted: { Interrupt.raised })
    console.step("editing a copy of \(source)")
    let outcome = try flash.run(image: source, target: target)
    console.done()
    var digest: String?
    if let device = card.device { digest = try card.write(target, to: device, console: console) }
    let known = try system.remember(settings, project: project, beside: out, console: console)
    return Result(
      board: kind.name, host: settings.host, board_id: settings.boardID, image: out, bytes: outcome.size,
      form: outcome.form.rawValue, boot_mount: outcome.mountPoint, boot_files: outcome.files,
      packages: settings.packages.map(\.fileName), host_key: settings.hostKey?.fingerprint, known_hosts: known,
      device: card.device, sha256: digest, enroll: try system.enrollCommand(settings, board: kind.name))
  }

  private func make() throws -> Result {
    let target = try required(out, "out")
    guard image == nil, card.device == nil else {
      throw FlashError(
        "--make-image takes neither --image nor --device: it makes an image from Debian packages", code: 64)
    }
    try checkTarget(target, image: nil)
    let console = Console()
    let project = try system.project(common)
    let settings = try system.settings(project, console: console)
    console.step("making a Debian arm64 image for QEMU")
    let maker = ImageMaker(
      settings: settings, keyFile: try required(system.key, "key"), trustFiles: system.trustFiles(project))
    let made = try maker.run(out: target)
    return Result(
      board: "qemu-arm64", host: settings.host, board_id: settings.boardID, image: target, files_made: made,
      packages: settings.packages.map(\.fileName),
      known_hosts: made.first { $0.hasSuffix(".known_hosts") },
      enroll: try system.enrollCommand(settings, board: nil))
  }
}
