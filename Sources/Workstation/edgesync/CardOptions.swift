import ArgumentParser
import CBoard
import Flashing
import Foundation
import Stages

/// Options of writing to a card.
struct CardOptions: ParsableArguments {
  @Option(help: "Write to this card, such as /dev/sdb: all that is on it goes.")
  var device: String?

  @Option(help: "Do not ask; its value must be the device's name, such as sdb.")
  var yesErase: String?

  @Flag(help: "Allow a disk that cannot be taken out.")
  var forceFixedDisk = false

  /// Names the device, and asks for its name unless that was given.
  func confirm(_ path: String, console: Console) throws {
    let card = try CardDevice(path)
    try card.check(imageSize: 1, forceFixed: forceFixedDisk)
    console.say(card.summary)
    if let yesErase {
      guard yesErase == card.name else {
        throw FlashError(
          "--yes-erase says '\(yesErase)', but the device is \(card.name): nothing was written", code: 64)
      }
      return
    }
    guard cboard_is_terminal(0) == 1 else {
      throw FlashError(
        "nobody is there to ask whether \(card.path) may be erased: add --yes-erase \(card.name)", code: 64)
    }
    console.say("All of it will be erased. Type \(card.name) to go on:")
    guard readLine()?.trimmingCharacters(in: .whitespaces) == card.name else {
      throw FlashError("\(card.path) was not confirmed: nothing was written")
    }
  }

  /// Writes and verifies; the image's digest.
  func write(_ image: String, to path: String, console: Console) throws -> String {
    // Once more, with the image's size: it may have been mounted or changed since.
    let card = try CardDevice(path)
    var facts = stat()
    let size = stat(image, &facts) == 0 ? UInt64(max(0, facts.st_size)) : 0
    try card.check(imageSize: size, forceFixed: forceFixedDisk)
    console.step("writing to \(card.path)")
    let writer = CardWriter(progress: { console.progress($0, $1, $2) }, isInterrupted: { Interrupt.raised })
    let digest = try writer.write(image: image, to: card.path)
    console.done()
    return digest
  }

  /// A place for the edited image where none was asked for.
  func temporaryImage() -> String {
    let folder = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/var/tmp"
    return "\(folder)/edgetwin-card-\(UInt64.random(in: 0...UInt64.max)).img"
  }
}
