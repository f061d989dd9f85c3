/** "11", and "11, 2 recalibrated" where versions were recalibrated as well. */
export const trainingsText = (
  { trainings, recalibrations }: { trainings: number; recalibrations: number },
): string => recalibrations > 0 ? `${trainings}, ${recalibrations} recalibrated` : String(trainings);
