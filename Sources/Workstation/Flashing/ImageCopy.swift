import CBoard
import Foundation

/// Copies an image, decompressing it on the way; the copy has holes where the image has zeros.
package struct ImageCopy {
  package var source: String
  package var target: String
  /// Where it is, of all; of what is read from the source file. Called often.
  package var progress: (Double, String) -> Void
  package var isInterrupted: () -> Bool

  package init(
    source: String, target: String, progress: @escaping (Double, String) -> Void = { _, _ in },
    isInterrupted: @escaping () -> Bool = { false }
  ) {
    self.source = source
    self.target = target
    self.progress = progress
    self.isInterrupted = isInterrupted
  }

  static let chunk = 1 << 20

  /// The image's size in bytes. On an error the unfinished copy is removed.
  @discardableResult
  package func run() throws(FlashError) -> UInt64 {
    let file = try FileSource(source)
    guard file.size > 0 else { throw FlashError("\(source) is empty; download it again") }
    let form = try Compression.of(path: source, first: try file.bytes(at: 0, count: 16))
    if form == nil { _ = try PartitionTable(file, name: source) }
    // Any compressor is looked for before anything is made.
    let program = try form.map { form throws(FlashError) in
      try ToolRun.need(
        form.program, package: form == .xz ? "xz-utils" : form.rawValue, for: "decompresses \(source)")
    }
    let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard output >= 0 else {
      throw .system(target, "the copy cannot be made", errno, remedy: "choose another folder for --out")
    }
    do throws(FlashError) {
      defer { close(output) }
      let size: UInt64
      if let program {
        size = try decompress(program, total: file.size, to: output)
      } else {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else {
          throw FlashError.system(source, "the image cannot be read", errno, remedy: "check its permissions")
        }
        defer { close(input) }
        size = try stream(from: input, to: output) { done in
          progress(Double(done) / Double(file.size), SystemText.size(done))
        }
      }
      guard ftruncate(output, off_t(size)) == 0, fsync(output) == 0 else {
        throw FlashError.system(target, "the copy cannot be finished", errno, remedy: "make room there")
      }
      return size
    } catch {
      unlink(target)
      throw error
    }
  }

  private func decompress(_ program: String, total: UInt64, to output: Int32) throws(FlashError) -> UInt64 {
    let input = open(source, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else {
      throw .system(source, "the image cannot be read", errno, remedy: "check its permissions")
    }
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let complaints = try scratch.file("errors")
    let pipe = Pipe()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["-d", "-c"]
    let handle = FileHandle(fileDescriptor: input, closeOnDealloc: true)
    process.standardInput = handle
    process.standardOutput = pipe
    process.standardError = complaints
    do { try process.run() } catch {
      throw FlashError("\(program) cannot be started: \(error.localizedDescription)")
    }
    try? pipe.fileHandleForWriting.close()
    do throws(FlashError) {
      let size = try stream(from: pipe.fileHandleForReading.fileDescriptor, to: output) { done in
        // The place in the compressed file is the child's too: both share it.
        let place = lseek(input, 0, SEEK_CUR)
        progress(place < 0 ? 0 : Double(place) / Double(total), "\(SystemText.size(done)) unpacked")
      }
      process.waitUntilExit()
      // An interrupt from the keyboard reaches the child as well, which then ends early.
      if isInterrupted() { throw FlashError.interrupted }
      guard process.terminationStatus == 0, process.terminationReason == .exit else {
        try? complaints.close()
        let why = String(decoding: scratch.contents("errors"), as: UTF8.self)
          .trimmingCharacters(in: .whitespacesAndNewlines)
        throw FlashError("\(source) is truncated or damaged: \(why); download it again")
      }
      withExtendedLifetime(handle) {}
      return size
    } catch {
      process.terminate()
      process.waitUntilExit()
      throw error
    }
  }

  private func stream(
    from input: Int32, to output: Int32, _ tell: (UInt64) -> Void
  ) throws(FlashError) -> UInt64 {
    var buffer = [UInt8](repeating: 0, count: Self.chunk)
    let zeros = [UInt8](repeating: 0, count: Self.chunk)
    var done: UInt64 = 0
    while true {
      if isInterrupted() { throw .interrupted }
      // Whole chunks, so that holes stay as large as they can be.
      var filled = 0
      while filled < buffer.count {
        let got = buffer.withUnsafeMutableBytes { raw in
          read(input, raw.baseAddress.map { $0 + filled }, raw.count - filled)
        }
        if got < 0, errno == EINTR {
          if isInterrupted() { throw .interrupted }
          continue
        }
        guard got >= 0 else { throw .system(source, "reading failed", errno, remedy: "check the disk it is on") }
        if got == 0 { break }
        filled += got
      }
      if filled == 0 { return done }
      let blank = memcmp(buffer, zeros, filled) == 0
      if !blank { try BlockWrite.all(output, buffer, filled, at: done, path: target) }
      done += UInt64(filled)
      tell(done)
    }
  }
}

/// Writing at a place.
enum BlockWrite {
  /// Writes `count` bytes of `buffer` at `offset`, all of them.
  static func all(
    _ descriptor: Int32, _ buffer: [UInt8], _ count: Int, at offset: UInt64, path: String
  ) throws(FlashError) {
    var written = 0
    while written < count {
      let put = buffer.withUnsafeBytes { raw in
        pwrite(descriptor, raw.baseAddress.map { $0 + written }, count - written, off_t(offset) + off_t(written))
      }
      if put < 0, errno == EINTR { continue }
      guard put > 0 else {
        throw .system(
          path, "writing failed at \(SystemText.size(offset))", errno,
          remedy: errno == ENOSPC ? "make room, or choose another place" : "check the disk or card; it may be worn out")
      }
      written += put
    }
  }
}
