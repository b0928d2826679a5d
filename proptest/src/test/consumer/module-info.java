/** A program that knows nothing of this project but its jar. */
module org.example.consumer {
  requires org.adamant.kernel;
}
