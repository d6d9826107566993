import Testing
import TwinMonitor

@Suite struct NodeWatchTests {
  @Test func aWordSaysWhatItWasMadeFrom() {
    for state in NodeWatch.State.allCases {
      for flagged in [false, true] {
        for (mean, square) in [(0, 0), (-8.25, 3.5), (511, -511), (-511, 511), (0.0625, -0.0625)] as [(Float, Float)] {
          let watch = NodeWatch(state: state, wasFlagged: flagged, mean: mean, meanSquare: square)
          #expect(NodeWatch(word: watch.word) == watch)
        }
      }
    }
  }

  @Test func whatDoesNotFitIsCut() {
    let watch = NodeWatch(state: .flagged, wasFlagged: true, mean: 1e9, meanSquare: -.infinity)
    #expect(NodeWatch(word: watch.word).mean == 511)
    #expect(NodeWatch(word: watch.word).meanSquare == -511)
    #expect(NodeWatch(word: NodeWatch(state: .inRange, wasFlagged: false, mean: .nan, meanSquare: 1).word).mean == 0)
    #expect(NodeWatch(word: 7).state == .unwatched, "a state of a later version")
    #expect(NodeWatch(word: 0) == NodeWatch(state: .unwatched, wasFlagged: false, mean: 0, meanSquare: 0))
  }
}
