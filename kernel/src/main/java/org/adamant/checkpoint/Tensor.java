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
   * The name of the tensor.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * The type of its numbers.
   *
   * @return the type
   */
  public DType dtype() {
    return dtype;
  }

  /**
   * Its dimensions, the outermost first; none for a single number.
   *
   * @return a copy of them
   */
  public long[] shape() {
    return shape.clone();
  }

  /**
   * Its numbers, little endian and read-only, valid as long as the memory of the file. They begin at a multiple of
   * their size if {@link SafeTensorsWriter} wrote the file; the format does not promise that.
   *
   * @return the memory
   */
  public MemorySegment data() {
    return data;
  }

  /**
   * The number of its elements.
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
