import Foundation
import GRDB
import Testing

import Workbench

@Suite struct ProjectTests {
  @Test func isMadeOpenedAndFound() throws {
    let scratch = try Scratch()
    let root = scratch.path + "/p"
    let project = try Project.create(at: root, name: "first")
    let again = #expect(throws: ProjectError.self) { _ = try Project.create(at: root, name: "second") }
    #expect(again?.kind == .alreadyAProject)
    #expect(try Project.find(from: root + "/boards").root == project.root)
    #expect(try project.network().hold == 1)
    let files = VirtualBoardGenerator.make(nodes: 3, seed: 5)
    let entry = BoardEntry(name: "v1", transport: .pipe(command: ["edged"]))
    // What the user wrote into the file stays.
    let path = root + "/" + ProjectFile.fileName
    try AtomicFile.write("# mine\n" + String(contentsOfFile: path, encoding: .utf8), to: path)
    try project.addBoard(entry, boardText: files.board, benchText: files.bench)
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("# mine\n"))
    #expect(try project.file().boards == [entry])
    #expect(try BoardFile.read(path: project.boardPath("v1")).nodes.count == 3)
    #expect(try BenchFile.read(path: project.benchPath("v1")).devices.count == 3)
    #expect(try project.board("v1") == entry)
    let near = #expect(throws: ProjectError.self) { _ = try project.board("v2") }
    #expect(near?.kind == .unknownBoard && near?.remedy == "Did you mean 'v1'?")
    #expect(throws: ProjectError.self) { try project.addBoard(entry, boardText: files.board) }
    #expect(throws: ProjectError.self) {
      try project.addBoard(BoardEntry(name: "../x", transport: .folder(path: "x")), boardText: files.board)
    }
    #expect(throws: ConfigError.self) {
      try project.addBoard(BoardEntry(name: "v3", transport: .folder(path: "x")), boardText: "schema = 1\n")
    }
    #expect(!FileManager.default.fileExists(atPath: root + "/boards/v3"))
  }

  @Test func keysAreForTheOwnerAlone() throws {
    let scratch = try Scratch()
    let project = try Project.create(at: scratch.path + "/p", name: "k")
    try project.storeKeys(secret: [1, 2, 3], public: [4])
    var status = stat()
    #expect(stat(project.secretKeyPath, &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(stat(project.root + "/keys", &status) == 0 && status.st_mode & 0o777 == 0o700)
  }

  @Test func saysWhyAFolderWillNotDo() throws {
    let scratch = try Scratch()
    let none = #expect(throws: ProjectError.self) { _ = try Project.open(at: scratch.path) }
    #expect(none?.kind == .notAProject && none?.remedy.contains("edgesync init") == true)
    // Not even root can make a folder here.
    let closed = #expect(throws: ProjectError.self) { _ = try Project.create(at: "/proc/edgetwin", name: "x") }
    #expect(closed?.kind == .unwritable)
    let file = try scratch.file("plain", "x")
    #expect(throws: ProjectError.self) { _ = try Project.create(at: file + "/p", name: "x") }
    _ = try Project.create(at: scratch.path + "/p", name: "x")
    try Data("not a database at all".utf8).write(to: URL(fileURLWithPath: scratch.path + "/p/catalog.sqlite"))
    let damaged = #expect(throws: ProjectError.self) { _ = try Project.open(at: scratch.path + "/p") }
    #expect(damaged?.kind == .damaged && damaged?.remedy.contains("Restore") == true)
  }

  @Test func refusesANewerCatalog() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/c.sqlite"
    try Catalog.open(path: path, create: true).database.write { try $0.execute(sql: "PRAGMA user_version = 3") }
    let error = #expect(throws: ProjectError.self) { _ = try Catalog.open(path: path, create: false) }
    #expect(error?.kind == .newerSchema && error?.remedy == "Update edgesync")
    #expect(throws: ProjectError.self) { _ = try Catalog.open(path: scratch.path + "/none", create: false) }
  }

  @Test func filesAreReplacedWholeOrNotAtAll() throws {
    let scratch = try Scratch()
    let path = try scratch.file("f", "old")
    #expect(throws: ProjectError.self) {
      try AtomicFile.write(to: path) { (put: ([UInt8]) throws(ProjectError) -> Void) throws(ProjectError) in
        try put(Array("new, half".utf8))
        throw .system(path, "given up", EIO)
      }
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["f"])
    try AtomicFile.write("new", to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
    let full = #expect(throws: ProjectError.self) { try AtomicFile.write("x", to: scratch.path + "/none/f") }
    #expect(full?.kind == .unreadable)
    #expect(ProjectError.system("f", "w", ENOSPC).kind == .full)
  }

  @Test func catalogKnowsWhatCameFromWhat() throws {
    let scratch = try Scratch()
    let catalog = try Catalog.open(path: scratch.path + "/c.sqlite", create: true)
    let now = Date(timeIntervalSince1970: 1_700_000_000)
    let board = BoardRecord(id: "b1", name: "virtual", nodes: 32, added: now)
    try catalog.save(board)
    try catalog.save(StimulusRecord(id: "s1", kind: "characterise", label: "noise", seed: 4, added: now))
    var run = RunRecord(
      id: "r1", board: "b1", mode: "characterise", label: "first", steps: 100, missedDeadlines: 0, state: "started",
      lossy: false, path: "traces/virtual/r1", added: now)
    let segment = SegmentRecord(run: "r1", number: 0, path: "000000.seg", bytes: 10, sha256: "aa")
    try catalog.save(run: run, segments: [segment], from: [CatalogItem(.board, "b1"), CatalogItem(.stimulus, "s1")])
    run.state = "pulled"
    try catalog.save(run: run, segments: [segment], from: [CatalogItem(.board, "b1")])
    for index in 0..<3 {
      let twin = TwinRecord(
        id: "t\(index)", board: "b1", node: index / 2, name: "n", path: "twins/\(index)", score: 0.1, accepted: true,
        added: now.addingTimeInterval(Double(index)))
      try catalog.save(twin, from: [CatalogItem(.run, "r1")])
    }
    let network = NetworkRecord(id: "n1", board: "b1", label: "vowels", path: "networks/n1", score: 0.97, added: now)
    try catalog.save(network, from: [CatalogItem(.twin, "t1"), CatalogItem(.twin, "t2"), CatalogItem(.dataset, "d")])
    try catalog.link(CatalogItem(.report, "report"), from: [CatalogItem(.network, "n1")])

    #expect(try catalog.find("r1", RunRecord.self) == run && catalog.find("zz", RunRecord.self) == nil)
    #expect(try catalog.board(named: "virtual") == board && catalog.all(BoardRecord.self) == [board])
    #expect(try catalog.segments(of: "r1") == [segment])
    #expect(try catalog.newestTwins(of: "b1").map(\.id) == ["t1", "t2"])
    #expect(try catalog.origins(of: CatalogItem(.run, "r1")).map(\.id) == ["b1", "s1"])
    #expect(
      try catalog.ancestry(of: CatalogItem(.report, "report")).map(\.id) == ["n1", "d", "t1", "t2", "r1", "b1", "s1"])
    #expect(try catalog.products(of: CatalogItem(.run, "r1")).map(\.id) == ["t0", "t1", "t2"])
    #expect(try [catalog.nextCounter(of: "b1"), catalog.nextCounter(of: "b1")] == [1, 2])
    #expect(throws: ProjectError.self) { _ = try catalog.nextCounter(of: "zz") }
  }

  @Test func whatCannotBeStoredWholeIsNotStored() throws {
    let scratch = try Scratch()
    let catalog = try Catalog.open(path: scratch.path + "/c.sqlite", create: true)
    let orphan = TwinRecord(
      id: "t", board: "none", node: 0, name: "n", path: "p", score: nil, accepted: false, added: Date())
    #expect(throws: ProjectError.self) { try catalog.save(orphan, from: [CatalogItem(.run, "r")]) }
    #expect(try catalog.all(TwinRecord.self).isEmpty)
    #expect(try catalog.origins(of: CatalogItem(.twin, "t")).isEmpty)
  }
}
