package org.adamant.checkpoint;

import java.lang.foreign.MemorySegment;

/** A named array in a file. */
public final class Tensor {

  private final String name;
  private final DType dtype;
  private final long[] shape;
  private final MemorySegment data;

  Tensor(String name, DType dtype, long[] shape, MemorySegment data) {
    this.name = name;
    this.dtype = dtype;
    this.shape = shape.clone();
    this.data = data;
  }

  /**
   * What it is called.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * How its numbers are written.
   *
   * @return the type
   */
  public DType dtype() {
    return dtype;
  }

  /**
   * Its dimensions, the outermost first; none where it is a single number.
   *
   * @return a copy of them
   */
  public long[] shape() {
    return shape.clone();
  }

  /**
   * Its numbers, in little endian, read-only, and only as long as the memory that they were read from. They begin at a
   * multiple of their size if the file was written by {@link SafeTensorsWriter}; the format does not promise it.
   *
   * @return the memory
   */
  public MemorySegment data() {
    return data;
  }

  /**
   * How many numbers there are.
   *
   * @return the product of the dimensions
   */
  public long elements() {
    long product = 1;
    for (long dimension : shape) {
      product *= dimension;
    }
    return product;
  }

  @Override
  public String toString() {
    return "Tensor[" + HeaderReader.quote(name) + ", " + dtype + ", " + DType.text(shape) + "]";
  }
}
