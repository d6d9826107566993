import Bundle
import CBoard
import PhysicalNetwork
import WireFormat

/// What the board's system gives a run: room, rights, time.
extension Doctor {
  /// Bytes of free flash below which there is a warning, and a problem.
  private static let scarce: UInt64 = 256 << 20
  private static let exhausted: UInt64 = 16 << 20

  mutating func examineSystem() {
    examineFolder()
    var keys = 0
    do throws(CommandError) { keys = try ActiveBundle.trustedKeys(state).count } catch {
      add(.problem, "keys", error.message)
    }
    if keys == 0 {
      add(.problem, "keys", "\(state.trustedDirectory) holds no public key: every bundle is refused; put one there")
    }
    var size: Int64 = 0
    if ServiceSocket.isServed(state) {
      add(.good, "service", "edged daemon serves the board")
    } else if cboard_path_size(state.benchPath, &size) == 0 {
      add(.good, "service", "no edged daemon serves this virtual board, which needs none")
    } else {
      add(.warning, "service", "no edged daemon serves the board: 'systemctl start edged'")
    }
    examineRights()
  }

  private mutating func examineFolder() {
    let probe = state.runDirectory + "/doctor"
    let file = cboard_open(probe, UInt32(CBOARD_WRITE | CBOARD_CREATE | CBOARD_TRUNCATE), 0o640)
    guard file >= 0 else {
      return add(.problem, "state folder", StateFiles.fault("write", probe, -file).message)
    }
    var byte: UInt8 = 0
    let written = cboard_pwrite(file, &byte, 1, 0)
    _ = cboard_close(file)
    _ = cboard_unlink(probe)
    guard written == 0 else {
      return add(.problem, "state folder", StateFiles.fault("write", probe, -written).message)
    }
    var free: UInt64 = 0
    _ = cboard_free_bytes(state.directory, &free)
    let text = "\(state.directory) can be written, \(free >> 20) MiB free"
    if free < Self.exhausted {
      add(.problem, "state folder", text + ": runs will fail; pull runs and delete them on the board")
    } else if free < Self.scarce {
      add(.warning, "state folder", text + ": pull runs and delete them on the board")
    } else {
      add(.good, "state folder", text)
    }
  }

  /// Tried in a child, as none of it can be taken back.
  private mutating func examineRights() {
    let child = cboard_fork()
    if child == 0 {
      let memory = cboard_lock_memory()
      let priority = cboard_realtime_priority(1)
      cboard_exit_now((memory == 0 ? 0 : 1) | (priority == 0 ? 0 : 2))
    }
    var code: Int32 = 0
    guard child > 0, cboard_wait(child, 1, &code) == child, code < 4 else { return }
    let served = "edged.service has the right; elsewhere grant "
    if code & 2 != 0 {
      add(.warning, "real time", "no SCHED_FIFO: steps may be late; " + served + "CAP_SYS_NICE")
    }
    if code & 1 != 0 {
      add(.warning, "real time", "memory cannot be locked: steps may be late; " + served + "CAP_IPC_LOCK")
    }
    if code == 0 { add(.good, "real time", "SCHED_FIFO and locked memory are granted") }
    if let runtime = SystemFile.text("/proc/sys/kernel/sched_rt_runtime_us"), runtime == [0x30] {
      add(.problem, "real time", "kernel.sched_rt_runtime_us is 0, so no real-time thread runs: set it to 950000 or -1")
    }
    let governor = SystemFile.text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    if let governor, governor == Array("powersave".utf8) {
      add(
        .warning, "real time", "the processor's governor is 'powersave': set it to 'performance', or steps may be late")
    }
  }
}

/// Small files of the kernel's.
enum SystemFile {
  /// Its bytes; nil when there is no such file.
  static func bytes(_ path: String) -> [UInt8]? {
    let file = cboard_open(path, UInt32(CBOARD_READ), 0)
    guard file >= 0 else { return nil }
    defer { _ = cboard_close(file) }
    var got: Int64 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
      got = cboard_read(file, buffer.baseAddress, buffer.count)
      count = Int(max(got, 0))
    }
    return got >= 0 ? bytes : nil
  }

  /// Its first line.
  static func text(_ path: String) -> [UInt8]? {
    guard let bytes = bytes(path) else { return nil }
    return Array(bytes.prefix { $0 != 0x0A && $0 != 0 })
  }
}
