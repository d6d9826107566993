import Foundation
import Numerics
import Testing
import Workbench

@Suite struct SafetensorsTests {
  private func file() throws -> Safetensors {
    Safetensors(
      tensors: [
        "b.weight": try #require(Tensor([1, -2, 0.5, 4, 5, 6] as [Float], shape: [2, 3])),
        "a": try #require(Tensor(kind: .uint8, shape: [3], bytes: [7, 8, 9])), "rows": Tensor([-1, 1 << 40]),
        "empty": try #require(Tensor([] as [Float], shape: [4, 0])),
      ], metadata: ["name": "n\"0\n\u{1}ü", "x": "1"])
  }

  /// A file with the given header and body.
  private func bytes(_ header: String, _ body: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + body
  }

  @Test func theBytesAreThoseOfTheFormat() throws {
    let plain = Safetensors(tensors: ["w": try #require(Tensor([1.5], shape: [1]))], metadata: ["k": "v"])
    let header = #"{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    #expect(plain.encoded == bytes(padded, [0, 0, 0xC0, 0x3F]))
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let file = try file()
    let again = try Safetensors(decoding: file.encoded)
    #expect(again == file && again.encoded == file.encoded)
    #expect(again.tensors["b.weight"]?.floats == [1, -2, 0.5, 4, 5, 6] && again.tensors["b.weight"]?.integers == nil)
    #expect(again.tensors["rows"]?.integers == [-1, 1 << 40] && again.tensors["rows"]?.floats == nil)
    let nothing = Safetensors()
    #expect(try Safetensors(decoding: nothing.encoded) == nothing)
  }

  @Test func arraysBeginOnMultiplesOfTheirElements() throws {
    let encoded = try file().encoded
    let length = encoded.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    #expect(length % 8 == 0)
    let header = try JSONSerialization.jsonObject(with: Data(encoded[8..<8 + length])) as? [String: Any]
    for (name, size) in [("rows", 8), ("b.weight", 4), ("empty", 4), ("a", 1)] {
      let offsets = (header?[name] as? [String: Any])?["data_offsets"] as? [Int]
      #expect(offsets.map { $0[0] % size } == 0, "\(name)")
    }
  }

  @Test(
    arguments: [
      ("{}", [1], "belong to no array"),
      (#"{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}"#, [0, 0], "F16"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#, [0, 0, 0, 0], "lies at bytes 0 to 8 of 4"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, [0, 0, 0, 0], "does not fill"),
      (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0], "does not fill"),
      (#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, [0, 0, 0, 0], "cannot be read"),
      (#"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, [], "does not fill"),
      (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, [0, 0], "lies at bytes 1"),
      (
        #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
        [0, 0, 0], "'b' lies at bytes 1"
      ),
      (#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0]}}"#, [], "two offsets"),
      (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#, [0], "lies at bytes 1 to 0"),
      (#"{"__metadata__":{"k":1}}"#, [], "cannot be read"), (#"["a"]"#, [], "JSON object"),
      ("{", [], "JSON object"),
      (#"{"a":"#, [], "cannot be read"),
    ] as [(String, [UInt8], String)])
  func whatIsNotSoundIsNamed(header: String, body: [UInt8], words: String) {
    let error = #expect(throws: TwinFileError.self) { _ = try Safetensors(decoding: bytes(header, body)) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func headersAreBounded() {
    for length in [UInt64.max, 1 << 63, (1 << 20) + 1, 100] as [UInt64] {
      let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + [123, 125]
      #expect(throws: TwinFileError.self) { _ = try Safetensors(decoding: bytes) }
    }
    #expect(throws: TwinFileError.self) { _ = try Safetensors(decoding: [1, 2, 3]) }
  }

  /// Damaged bytes are refused or read as something sound, never a crash.
  @Test func damageIsNeverACrash() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = RandomStream(seed: seed, stream: 1)
    let good = try file().encoded
    var read = 0
    for _ in 0..<4000 {
      var bad = good
      for _ in 0..<(1 + random.below(4)) {
        let place = Int(random.below(UInt32(bad.count)))
        switch random.below(4) {
        case 0: bad[place] = UInt8(truncatingIfNeeded: random.below(256))
        case 1: bad[place] ^= 1 << UInt8(random.below(8))
        case 2: bad.removeLast(min(Int(random.below(20)), bad.count - 1))
        default: bad.insert(UInt8(truncatingIfNeeded: random.below(256)), at: place)
        }
      }
      guard let file = try? Safetensors(decoding: bad) else { continue }
      read += 1
      #expect(try Safetensors(decoding: file.encoded) == file, "seed \(seed)")
    }
    #expect(read > 0 && read < 4000, "seed \(seed): \(read)")
  }
}
