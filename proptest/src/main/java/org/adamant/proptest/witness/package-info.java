/**
 * A program that anyone can run on a new processor or JVM: it hashes the final bits of a fixed long run
 * over all variants and both types, and compares the hash with the committed one.
 */
@NullMarked
package org.adamant.proptest.witness;

import org.jspecify.annotations.NullMarked;
