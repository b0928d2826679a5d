package org.adamant.spark;

import java.util.Iterator;
import scala.Tuple2;

/** The values of pairs. */
record Values<K, V>(Iterator<Tuple2<K, V>> pairs) implements Iterator<V> {

  @Override
  public boolean hasNext() {
    return pairs.hasNext();
  }

  @Override
  public V next() {
    return pairs.next()._2();
  }
}
