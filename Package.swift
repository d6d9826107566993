// swift-tools-version: 6.1
import PackageDescription

// Board modules build twice: as ordinary Swift here, and as Embedded Swift through cross-compile.sh,
// which builds the product `edged` alone. No package goes on the board.
let board = "Sources/Board"
let workstation = "Sources/Workstation"

let package = Package(
  name: "EdgeTwin",
  products: [
    .executable(name: "edged", targets: ["edged"]),
    .executable(name: "hardware-check", targets: ["HardwareCheck"]),
    .executable(name: "bench-server", targets: ["BenchServer"]),
    .executable(name: "edgesync", targets: ["edgesync"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
  ],
  targets: [
    // Board
    .target(name: "CBoard", path: "\(board)/CBoard", linkerSettings: [.linkedLibrary("sodium")]),
    .target(
      name: "CBoardHardware", path: "\(board)/CBoardHardware",
      linkerSettings: [.linkedLibrary("gpiod"), .linkedLibrary("i2c")]),
    .target(name: "HardwareInterface", path: "\(board)/HardwareInterface"),
    .target(name: "Numerics", path: "\(board)/Numerics", linkerSettings: [.linkedLibrary("m")]),
    .target(name: "WireFormat", path: "\(board)/WireFormat"),
    .target(name: "Drivers", dependencies: ["HardwareInterface"], path: "\(board)/Drivers"),
    .target(
      name: "LinuxHardware", dependencies: ["HardwareInterface", "CBoardHardware"],
      path: "\(board)/LinuxHardware"),
    .target(
      name: "VirtualBench", dependencies: ["HardwareInterface", "Numerics", "WireFormat"],
      path: "\(board)/VirtualBench"),
    .target(
      name: "CTwinStep", path: "\(board)/CTwinStep",
      cSettings: [.unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno"])]),
    .target(
      name: "TwinModel", dependencies: ["CTwinStep", "WireFormat"], path: "\(board)/TwinModel",
      linkerSettings: [.linkedLibrary("m")]),
    .target(
      name: "TwinMonitor", dependencies: ["TwinModel", "Numerics", "WireFormat"], path: "\(board)/TwinMonitor"),
    .target(
      name: "PhysicalNetwork", dependencies: ["HardwareInterface", "Drivers", "Numerics", "WireFormat"],
      path: "\(board)/PhysicalNetwork"),
    .target(name: "RunRecords", dependencies: ["PhysicalNetwork", "WireFormat"], path: "\(board)/RunRecords"),
    .target(name: "Journal", dependencies: ["CBoard", "WireFormat"], path: "\(board)/Journal"),
    .target(name: "Bundle", dependencies: ["CBoard", "WireFormat"], path: "\(board)/Bundle"),
    .target(name: "SyncProtocol", dependencies: ["CBoard", "WireFormat"], path: "\(board)/SyncProtocol"),
    .target(
      name: "Runtime",
      dependencies: [
        "CBoard", "HardwareInterface", "Drivers", "VirtualBench", "LinuxHardware", "Numerics", "WireFormat",
        "PhysicalNetwork", "TwinMonitor", "TwinModel", "RunRecords", "Journal", "Bundle", "SyncProtocol",
      ],
      path: "\(board)/Runtime"),
    .executableTarget(name: "edged", dependencies: ["Runtime"], path: "\(board)/edged"),
    .executableTarget(
      name: "HardwareCheck", dependencies: ["LinuxHardware", "HardwareInterface", "CBoard"],
      path: "Tests/Guest/HardwareCheck"),
    .target(name: "CBenchServer", path: "Tests/Guest/CBenchServer"),
    .executableTarget(
      name: "BenchServer",
      dependencies: ["VirtualBench", "HardwareInterface", "WireFormat", "CBoard", "CBenchServer"],
      path: "Tests/Guest/BenchServer"),

    .executableTarget(
      name: "twinstep-bench", dependencies: ["TwinModel", "WireFormat", "CBoard"], path: "Benchmarks/TwinStep"),

    .executableTarget(
      name: "loopbench",
      dependencies: [
        "Runtime", "VirtualBench", "PhysicalNetwork", "RunRecords", "Drivers", "HardwareInterface", "CBoard",
        "WireFormat",
      ], path: "Benchmarks/LoopBench"),

    // Workstation
    .target(
      name: "CTrainingKernels", path: "\(workstation)/CTrainingKernels",
      cSettings: [.unsafeFlags(["-O3", "-ffp-contract=fast", "-fno-math-errno"])]),
    .target(
      name: "TrainingKernels", dependencies: ["CTrainingKernels", "TwinModel", "Numerics"],
      path: "\(workstation)/TrainingKernels"),
    .target(
      name: "TwinFitting", dependencies: ["CTrainingKernels", "TrainingKernels", "TwinModel", "Numerics"],
      path: "\(workstation)/TwinFitting"),
    .target(
      name: "NetworkTraining",
      dependencies: ["CTrainingKernels", "TrainingKernels", "TwinModel", "PhysicalNetwork", "Numerics"],
      path: "\(workstation)/NetworkTraining"),
    .target(name: "Datasets", path: "\(workstation)/Datasets"),
    .target(
      name: "Workbench",
      dependencies: [
        "WireFormat", "Journal", "Bundle", "PhysicalNetwork", "VirtualBench", "TwinModel", "Datasets",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "TOMLKit", package: "TOMLKit"),
      ],
      path: "\(workstation)/Workbench"),
    .target(
      name: "Transport",
      dependencies: ["WireFormat", "SyncProtocol", "CBoard", .product(name: "Logging", package: "swift-log")],
      path: "\(workstation)/Transport"),
    .target(name: "Flashing", dependencies: ["CBoard", "WireFormat"], path: "\(workstation)/Flashing"),
    .target(
      name: "Stages",
      dependencies: [
        "Workbench", "Transport", "TwinFitting", "TrainingKernels", "NetworkTraining", "Datasets", "SyncProtocol",
        "HardwareInterface",
        "RunRecords", "Bundle", "PhysicalNetwork", "VirtualBench", "TwinModel", "TwinMonitor", "Numerics", "WireFormat",
        "CBoard",
      ],
      path: "\(workstation)/Stages"),
    .executableTarget(
      name: "edgesync",
      dependencies: [
        "Stages", "Workbench", "Transport", "Datasets", "Flashing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "\(workstation)/edgesync"),

    // Benchmarks
    .executableTarget(
      name: "twinbench",
      dependencies: ["TwinFitting", "TrainingKernels", "CTrainingKernels", "TwinModel", "VirtualBench", "Numerics"],
      path: "Benchmarks/TwinBench"),

    // Tests
    .testTarget(name: "NumericsTests", dependencies: ["Numerics"]),
    .testTarget(name: "LinuxHardwareTests", dependencies: ["LinuxHardware", "HardwareInterface", "CBoardHardware"]),
    .testTarget(name: "DriversTests", dependencies: ["Drivers", "LinuxHardware", "VirtualBench", "HardwareInterface"]),
    .testTarget(
      name: "VirtualBenchTests",
      dependencies: ["VirtualBench", "Drivers", "HardwareInterface", "Numerics", "WireFormat"]),
    .testTarget(name: "WireFormatTests", dependencies: ["WireFormat"]),
    .testTarget(name: "JournalTests", dependencies: ["Journal", "WireFormat", "CBoard"]),
    .testTarget(name: "BundleTests", dependencies: ["Bundle", "WireFormat", "CBoard"]),
    .testTarget(name: "SyncProtocolTests", dependencies: ["SyncProtocol", "WireFormat"]),
    .testTarget(
      name: "PhysicalNetworkTests",
      dependencies: ["PhysicalNetwork", "WireFormat", "VirtualBench", "HardwareInterface", "Drivers"]),
    .testTarget(
      name: "RuntimeTests",
      dependencies: [
        "Runtime", "VirtualBench", "PhysicalNetwork", "TwinMonitor", "TwinModel", "Journal", "CBoard", "RunRecords",
        "HardwareInterface", "WireFormat", "Drivers", "loopbench",
      ]),
    .testTarget(
      name: "TwinModelTests",
      dependencies: ["TwinModel", "CTwinStep", "Numerics", "WireFormat", "twinstep-bench"]),
    .testTarget(
      name: "TwinMonitorTests", dependencies: ["TwinMonitor", "TwinModel", "Numerics", "WireFormat"]),
    .testTarget(
      name: "TrainingKernelsTests",
      dependencies: ["TrainingKernels", "CTrainingKernels", "TwinModel", "WireFormat", "Numerics"]),
    .testTarget(name: "TwinFittingTests", dependencies: ["TwinFitting", "VirtualBench", "TwinModel", "Numerics"]),
    .testTarget(
      name: "NetworkTrainingTests",
      dependencies: [
        "NetworkTraining", "TrainingKernels", "CTrainingKernels", "TwinModel", "PhysicalNetwork", "Numerics",
      ]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets"]),
    .testTarget(name: "FlashingTests", dependencies: ["Flashing", "CBoard", "WireFormat"]),
    .testTarget(
      name: "WorkbenchTests",
      dependencies: [
        "Workbench", "Journal", "Bundle", "PhysicalNetwork", "VirtualBench", "WireFormat", "TwinModel", "Numerics",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .testTarget(
      name: "StagesTests",
      dependencies: [
        "Stages", "PhysicalNetwork", "NetworkTraining", "TwinFitting", "TwinModel", "TwinMonitor", "Numerics",
        "Workbench",
      ]),
    .testTarget(
      name: "SystemTests",
      dependencies: [
        "Stages", "Workbench", "Journal", "Transport", "SyncProtocol", "Bundle", "RunRecords", "PhysicalNetwork",
        "VirtualBench", "Drivers", "HardwareInterface", "WireFormat", "CBoard", "TwinMonitor", "TwinModel",
        "Numerics",
      ], path: "Tests/System"),
  ]
)
