import CBoard
import PhysicalNetwork
import WireFormat

/// Where and how urgently the calling thread runs.
enum Placement {
  /// Priority, memory, processor and timers as a board's placement has them. Where something is refused the thread runs
  /// all the same, and a warning says what to do.
  static func take(_ placement: LoopPlacement) {
    // Without real-time scheduling, too, sleeps end when they are asked to.
    _ = cboard_timer_slack(1)
    let memory = cboard_lock_memory()
    let priority = placement.priority == 0 ? 0 : cboard_realtime_priority(Int32(placement.priority))
    cboard_prefault_stack(64 << 10)
    if memory != 0 || priority != 0 {
      Log.warning(
        "no real-time scheduling (\(StateFiles.errorText(memory != 0 ? -memory : -priority))): deadlines may be missed; "
          + "grant CAP_SYS_NICE and CAP_IPC_LOCK to edged")
    }
    guard placement.cpu != LoopPlacement.anyCPU else { return }
    let affinity = cboard_set_affinity(Int32(placement.cpu))
    if affinity != 0 {
      Log.warning(
        "the loop cannot run on CPU \(placement.cpu) (\(StateFiles.errorText(-affinity))): it runs where the kernel puts "
          + "it; set cpu in board.toml to one there is")
    }
  }
}
