import Foundation
import Testing

import Datasets

@Suite struct TSReaderTests {
  static let header =
    "@problemName toy\n@timeStamps false\n@univariate false\n@dimensions 2\n@classLabel true a b\n@data\n"

  @Test func readsTheShippedVowels() throws {
    let train = try TSReader.read(path: shipped("JapaneseVowels_TRAIN.ts"))
    let test = try TSReader.read(path: shipped("JapaneseVowels_TEST.ts"))
    #expect(train.name == "JapaneseVowels")
    #expect(train.count == 270 && test.count == 370)
    #expect(train.channels == 12 && test.channels == 12)
    #expect(train.labels == (1...9).map { "\($0)" })
    #expect(train.casesPerLabel == [Int](repeating: 30, count: 9))
    #expect(test.casesPerLabel == [31, 35, 88, 44, 29, 24, 40, 50, 29])
    #expect((train.frames + test.frames).min() == 7 && (train.frames + test.frames).max() == 29)
    // The first recording's first frames, channel by channel.
    #expect(train.cases[0][0] == 1.860936 && train.cases[0][1] == -0.207383 && train.cases[0][12] == 1.891651)
    for (values, frames) in zip(train.cases, train.frames) { #expect(values.count == frames * 12) }
    try LabelledSeries.check(test: test, against: train)
  }

  @Test func readsUnequalLengthsCRLFCommentsAndKeysInAnyCase() throws {
    let scratch = try Scratch()
    let text =
      "\u{FEFF}# made\r\n@PROBLEMNAME toy\r\n@Univariate FALSE\r\n@DIMENSIONS 2\r\n@ClassLabel TRUE a b\r\n@DATA\r\n"
      + "1, 2 ,3:4,5,6: a \r\n# between\r\n\r\n-1e-2:.5:b\r\n"
    let series = try TSReader.read(path: try scratch.file("x.ts", text))
    #expect(series.cases == [[1, 4, 2, 5, 3, 6], [-0.01, 0.5]])
    #expect(series.frames == [3, 1] && series.labelIndex == [0, 1] && series.lines == [7, 10])
  }

  @Test func readsOneChannelWithoutADimensionsLine() throws {
    let scratch = try Scratch()
    let path = try scratch.file("one.ts", "@classLabel true x y\n@data\n1,2:y\n3:x\n")
    let series = try TSReader.read(path: path)
    #expect(series.channels == 1 && series.labelIndex == [1, 0] && series.name == "one")
  }

  @Test(
    arguments: [
      ("1,?:3,4:a", DatasetError.Kind.missingValue, 1, 2), ("1,2:3,NaN:a", .missingValue, 2, 2),
      ("1,,2:3,4,5:a", .missingValue, 1, 2), ("1,2:3,4", .noLabels, nil, nil), ("1,2:3,4:", .noLabels, nil, nil),
      ("1,2:3,4:?", .noLabels, nil, nil), ("1,2:3,4:c", .undeclaredLabel, nil, nil),
      ("1,2:3:a", .raggedChannels, 2, nil),
      ("::a", .emptyCase, 1, nil), ("1,2::a", .emptyCase, 2, nil), ("1,2:a", .wrongChannelCount, nil, nil),
      ("1:2:3:a", .wrongChannelCount, nil, nil), ("1,x:3,4:a", .notANumber, 1, 2), ("1,0x10:3,4:a", .notANumber, 1, 2),
      ("1,inf:3,4:a", .notANumber, 1, 2), ("1,1e99:3,4:a", .notANumber, 1, 2), ("1,1-2:3,4:a", .notANumber, 1, 2),
    ] as [(String, DatasetError.Kind, Int?, Int?)])
  func namesTheFault(_ line: String, _ kind: DatasetError.Kind, _ channel: Int?, _ sample: Int?) throws {
    let scratch = try Scratch()
    let path = try scratch.file("bad.ts", Self.header + "1:2:a\n" + line + "\n")
    let error = #expect(throws: DatasetError.self) { _ = try TSReader.read(path: path) }
    #expect(error?.kind == kind && error?.line == 8 && error?.channel == channel && error?.sample == sample)
    #expect(error?.description.hasPrefix(path + ":8") == true)
  }

  @Test(
    arguments: [
      ("@classLabel false\n@data\n1:a\n", DatasetError.Kind.noLabels), ("@data\n1:a\n", .noLabels),
      ("@targetLabel true\n@data\n1:0.5\n", .noLabels), ("@classLabel true\n@data\n1:a\n", .noLabels), ("", .noData),
      ("@classLabel true a\n", .noData), ("1:a\n", .noData), ("@classLabel true a\n@data\n", .noCases),
      ("@timeStamps true\n", .badHeader), ("@dimensions many\n", .badHeader), ("@classLabel maybe\n", .badHeader),
      ("@classLabel true a a\n@data\n", .badHeader),
      ("@equalLength true\n@seriesLength 3\n@classLabel true a\n@data\n1,2:a\n", .wrongLength),
    ] as [(String, DatasetError.Kind)])
  func namesTheHeadersFault(_ text: String, _ kind: DatasetError.Kind) throws {
    let scratch = try Scratch()
    let path = try scratch.file("bad.ts", text)
    let error = #expect(throws: DatasetError.self) { _ = try TSReader.read(path: path) }
    #expect(error?.kind == kind)
  }

  @Test func refusesWhatIsNotThere() throws {
    let error = #expect(throws: DatasetError.self) { _ = try TSReader.read(path: "/nowhere/x.ts") }
    #expect(error?.kind == .unreadable && error?.why == "No such file or directory")
    let folder = try Scratch()
    #expect(throws: DatasetError.self) { _ = try TSReader.read(path: folder.path) }
  }

  @Test func checksTestAgainstTraining() throws {
    let scratch = try Scratch()
    let head = "@classLabel true a b c\n@data\n"
    let train = try TSReader.read(path: try scratch.file("t.ts", head + "1:a\n2:b\n"))
    let unseen = try TSReader.read(path: try scratch.file("u.ts", head + "1:a\n2:c\n"))
    let wide = try TSReader.read(path: try scratch.file("w.ts", head + "1:1:a\n"))
    let error = #expect(throws: DatasetError.self) { try LabelledSeries.check(test: unseen, against: train) }
    #expect(error?.kind == .unseenLabel && error?.line == 4 && error?.what.contains("'c'") == true)
    let other = #expect(throws: DatasetError.self) { try LabelledSeries.check(test: wide, against: train) }
    #expect(other?.kind == .wrongChannelCount)
    let turned = try TSReader.read(path: try scratch.file("o.ts", "@classLabel true b a\n@data\n1:a\n2:b\n"))
    #expect(turned.labelIndex == [1, 0])
    #expect(try turned.aligned(to: train).labelIndex == [0, 1])
  }

  @Test func survivesAnything() throws {
    let scratch = try Scratch()
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = UniformSource(seed: seed)
    func below(_ bound: Int) -> Int { min(Int(random.next() * Double(bound)), bound - 1) }
    let base = Array((Self.header + "1,2:3,4:a\n5,6,7:8,9,1:b\n").utf8)
    let likely = Array(":,@#?ab.0e-\n\r \u{0}".utf8)
    for round in 0..<400 {
      var bytes = base
      for _ in 0...below(6) {
        let place = below(bytes.count)
        switch below(4) {
        case 0: bytes[place] = likely[below(likely.count)]
        case 1: bytes.insert(likely[below(likely.count)], at: place)
        case 2: bytes[place] = UInt8(below(256))
        default: bytes.removeSubrange(place..<min(place + 1 + below(8), bytes.count))
        }
        if bytes.isEmpty { bytes = [10] }
      }
      let path = scratch.path + "/fuzz.ts"
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      do throws(DatasetError) {
        let series = try TSReader.read(path: path)
        let sound = zip(series.cases, series.frames).allSatisfy { values, frames in
          frames > 0 && values.count == frames * series.channels && values.allSatisfy(\.isFinite)
        }
        #expect(sound && series.labelIndex.allSatisfy(series.labels.indices.contains), "seed \(seed), round \(round)")
      } catch {
        #expect(!error.what.isEmpty && !error.remedy.isEmpty, "seed \(seed), round \(round)")
      }
    }
  }
}
