import WireFormat

/// In which order each pass goes through the channels of a bus's multiplexers, so that over all passes of a step, and from
/// one step to the next, as few selections as possible are made.
///
/// Going on where the last pass ended saves one; turning to another multiplexer costs two, as the one before is closed.
/// Found by going through the passes with the cheapest way to end at each stop, once for every stop a step may begin at.
enum MuxRoute {
  /// A multiplexer and its channels' mask, as one number.
  typealias Stop = Int

  private static let never = 1 << 30

  static func stop(mux: Int, mask: UInt8) -> Stop { mux << 8 | Int(mask) }

  /// Transactions it takes to turn from one to the other.
  static func cost(_ from: Stop, _ to: Stop) -> Int { from == to ? 0 : (from >> 8 == to >> 8 ? 1 : 2) }

  /// - Parameter passes: the stops each pass makes, each of them once.
  /// - Returns: the same in the order they are to be made.
  static func plan(_ passes: [[Stop]]) -> [[Stop]] {
    var used: [Int] = []
    for index in passes.indices where !passes[index].isEmpty { used.append(index) }
    var planned = passes
    guard let head = used.first else { return planned }
    var best = never
    for start in passes[head].indices {
      let (total, ends) = roundTrip(used.map { passes[$0] }, start)
      guard total < best else { continue }
      best = total
      for (place, index) in used.enumerated() {
        planned[index] = order(passes[index], ends[place].first, ends[place].last)
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

  /// The cheapest way round that begins at stop `start` of the first pass: its cost, and where each pass begins and ends.
  private static func roundTrip(_ passes: [[Stop]], _ start: Int) -> (Int, [(first: Int, last: Int)]) {
    var reached = [Int](repeating: never, count: passes[0].count)
    for last in passes[0].indices { reached[last] = within(passes[0], start, last) }
    // For each pass and end: where it began, and where the pass before ended.
    var steps: [[(first: Int, before: Int)]] = [
      [(first: Int, before: Int)](repeating: (start, 0), count: reached.count)
    ]
    for number in 1..<max(passes.count, 1) where number < passes.count {
      let (stops, before) = (passes[number], passes[number - 1])
      var next = [Int](repeating: never, count: stops.count)
      var step = [(first: Int, before: Int)](repeating: (0, 0), count: stops.count)
      for first in stops.indices {
        var (least, from) = (never, 0)
        for end in before.indices where reached[end] + cost(before[end], stops[first]) < least {
          least = reached[end] + cost(before[end], stops[first])
          from = end
        }
        for last in stops.indices where least + within(stops, first, last) < next[last] {
          next[last] = least + within(stops, first, last)
          step[last] = (first, from)
        }
      }
      reached = next
      steps.append(step)
    }
    var (total, end) = (never, 0)
    let stops = passes[passes.count - 1]
    for last in stops.indices where reached[last] + cost(stops[last], passes[0][start]) < total {
      total = reached[last] + cost(stops[last], passes[0][start])
      end = last
    }
    var ends = [(first: Int, last: Int)](repeating: (0, 0), count: passes.count)
    var number = passes.count - 1
    while number >= 0 {
      ends[number] = (steps[number][end].first, end)
      end = steps[number][end].before
      number -= 1
    }
    return (total, ends)
  }

  /// Selections from the first stop of a pass to the last.
  private static func within(_ stops: [Stop], _ first: Int, _ last: Int) -> Int {
    guard stops.count > 1 else { return 0 }
    guard first != last else { return never }
    let muxes = muxes(stops).count
    guard muxes > 1 else { return stops.count - 1 }
    // Each multiplexer's stops together; beginning and ending at the same one means coming back to it.
    return stops.count - 1 + (stops[first] >> 8 == stops[last] >> 8 ? muxes : muxes - 1)
  }

  private static func muxes(_ stops: [Stop]) -> [Int] {
    var found: [Int] = []
    for stop in stops where !found.contains(stop >> 8) { found.append(stop >> 8) }
    return found
  }

  private static func order(_ stops: [Stop], _ first: Int, _ last: Int) -> [Stop] {
    guard stops.count > 1, first != last else { return stops }
    let (begin, end) = (stops[first], stops[last])
    var ordered = [begin]
    func add(_ mux: Int) {
      for stop in stops where stop >> 8 == mux && stop != begin && stop != end { ordered.append(stop) }
    }
    if begin >> 8 != end >> 8 { add(begin >> 8) }
    for mux in muxes(stops) where mux != begin >> 8 && mux != end >> 8 { add(mux) }
    add(end >> 8)
    ordered.append(end)
    return ordered
  }
}
