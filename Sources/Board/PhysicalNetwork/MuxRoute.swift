/// In which order a pass goes through the channels of a bus's multiplexers, so that over all passes of a step, and from one
/// step to the next, as few selections as possible are made.
///
/// Going on where the last pass ended saves one; turning to another multiplexer costs two, as the one before is closed.
enum MuxRoute {
  /// A multiplexer and its channels' mask, as one number.
  typealias Stop = Int

  static func stop(mux: Int, mask: UInt8) -> Stop { mux << 8 | Int(mask) }

  /// Transactions it takes to turn from one to the other.
  static func cost(_ from: Stop, _ to: Stop) -> Int { from == to ? 0 : (from >> 8 == to >> 8 ? 1 : 2) }

  /// - Parameter passes: the stops each pass makes, each of them once.
  /// - Returns: the same in the order they are to be made.
  static func plan(_ passes: [[Stop]]) -> [[Stop]] {
    var used: [Int] = []
    for index in passes.indices where !passes[index].isEmpty { used.append(index) }
    var planned = passes
    guard let first = used.first, used.count > 0 else { return planned }
    // The first pass goes as it stands, from each of its stops in turn; the best round trip counts.
    var best = Int.max
    for start in passes[first] {
      var orders: [[Stop]] = []
      var at = start
      var total = 0
      for (place, index) in used.enumerated() {
        let next = passes[used[(place + 1) % used.count]]
        let order = ordered(passes[index], from: at, toward: place + 1 == used.count ? [start] : next)
        total += length(order, from: at)
        at = order.last ?? at
        orders.append(order)
      }
      total += cost(at, start)
      if total < best {
        best = total
        for (place, index) in used.enumerated() { planned[index] = orders[place] }
      }
    }
    return planned
  }

  /// Selections a step makes in the long run.
  static func selections(_ passes: [[Stop]]) -> Int {
    var stops: [Stop] = []
    for pass in passes { stops += pass }
    guard var at = stops.last else { return 0 }
    var total = 0
    for stop in stops {
      total += cost(at, stop)
      at = stop
    }
    return total
  }

  private static func length(_ order: [Stop], from start: Stop) -> Int {
    var at = start
    var total = 0
    for stop in order {
      total += cost(at, stop)
      at = stop
    }
    return total
  }

  // The stop one is at comes first, one that the next pass makes too comes last; those of one multiplexer stay together.
  private static func ordered(_ stops: [Stop], from start: Stop, toward next: [Stop]) -> [Stop] {
    var left = stops
    left.sort { $0 < $1 }
    var muxes: [Int] = []
    for stop in left where !muxes.contains(stop >> 8) { muxes.append(stop >> 8) }
    bring(start >> 8, to: 0, &muxes)
    if muxes.count > 1, let last = shared(left, next, not: muxes[0]) { bring(last >> 8, to: muxes.count - 1, &muxes) }
    var order: [Stop] = []
    for (place, mux) in muxes.enumerated() {
      var group: [Stop] = []
      for stop in left where stop >> 8 == mux { group.append(stop) }
      if place == 0 { bring(start, to: 0, &group) }
      if place == muxes.count - 1, group.count > 1 {
        for stop in group where next.contains(stop) && stop != group[0] {
          bring(stop, to: group.count - 1, &group)
          break
        }
      }
      order += group
    }
    return order
  }

  private static func shared(_ stops: [Stop], _ next: [Stop], not mux: Int) -> Stop? {
    for stop in stops where stop >> 8 != mux && next.contains(stop) { return stop }
    return nil
  }

  private static func bring(_ value: Int, to place: Int, _ list: inout [Int]) {
    guard let index = list.firstIndex(of: value) else { return }
    list.remove(at: index)
    list.insert(value, at: place)
  }
}
