import CBoard
import Runtime

@main
struct EdgedMain {
  static func main() {
    cboard_exit(Command.main())
  }
}
