import Foundation
import Runtime
import Testing

@Suite struct SampleRingTests {
  @Test func recordsComeOutInOrderAcrossTheWrap() throws {
    let ring = SampleRing(capacityLog2: 12)
    var sent: UInt32 = 0
    var taken: UInt32 = 0
    for round in 0..<5000 {
      let size = 5 + (round * 37) % 300
      if let memory = ring.reserve(kind: 1 + UInt32(round % 2), payload: size) {
        memory.storeBytes(of: sent, as: UInt32.self)
        memory.storeBytes(of: UInt8(truncatingIfNeeded: size), toByteOffset: size - 1, as: UInt8.self)
        ring.publish()
        sent += 1
      }
      if round % 3 != 0 {
        while let record = ring.next() {
          #expect(record.payload.load(as: UInt32.self) == taken)
          taken += 1
          ring.release()
          if round % 5 == 0 { break }
        }
      }
    }
    while let record = ring.next() {
      #expect(record.payload.load(as: UInt32.self) == taken)
      taken += 1
      ring.release()
    }
    #expect(sent == taken)
    #expect(sent > 4000)
  }

  @Test func aFullRingRefusesAndRecovers() {
    let ring = SampleRing(capacityLog2: 12)
    var count = 0
    while ring.reserve(kind: 1, payload: 100) != nil {
      ring.publish()
      count += 1
    }
    #expect(count == 4096 / 112)
    #expect(ring.next() != nil)
    ring.release()
    #expect(ring.reserve(kind: 1, payload: 100) != nil)
    #expect(ring.reserve(kind: 1, payload: 5000) == nil)
  }

  @Test func twoThreadsLoseNothing() async {
    let ring = SampleRing(capacityLog2: 14)
    let total: UInt32 = 200_000
    final class Shared: @unchecked Sendable {
      let ring: SampleRing
      init(_ ring: SampleRing) { self.ring = ring }
    }
    let shared = Shared(ring)
    let producer = Thread {
      var number: UInt32 = 0
      while number < total {
        guard let memory = shared.ring.reserve(kind: 1, payload: 4 + Int(number % 50)) else { continue }
        memory.storeBytes(of: number, as: UInt32.self)
        shared.ring.publish()
        number += 1
      }
    }
    producer.start()
    var expected: UInt32 = 0
    var wrong = 0
    while expected < total {
      guard let record = ring.next() else { continue }
      if record.payload.load(as: UInt32.self) != expected { wrong += 1 }
      expected += 1
      ring.release()
    }
    #expect(wrong == 0)
  }
}
