/** The arrays of a step, as the witness and the tests have them. */
package org.adamant.proptest;
