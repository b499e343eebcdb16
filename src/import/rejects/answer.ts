/** A line that was set aside: where, which field, why. Never its content. */
export interface Reject {
  /** Of documents, the number of the record. */
  line: number;
  field: string;
  reason: string;
}

/** What is wrong with the n-th line that could be read as such. */
export interface Complaint {
  ordinal: number;
  field: string;
  reason: string;
}
