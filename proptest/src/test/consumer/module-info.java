/** A program that knows only the jar of this project. */
module org.example.consumer {
  requires org.adamant.kernel;
}
