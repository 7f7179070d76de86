/** Pairs that mean the same in other words; a good embedding puts the two of a pair close together. */
export const PARAPHRASES: readonly (readonly [string, string])[] = [
  ['How old are you?', 'What is your age?'],
  ['The cat is sleeping on the sofa.', 'A cat naps on the couch.'],
  ['I cannot log in to my account.', 'Signing in to my profile does not work.'],
  ['The train leaves at seven in the morning.', 'At 7 a.m. the train departs.'],
  ['She bought a new bicycle last week.', 'Last week she purchased a new bike.'],
  ['The stock market fell sharply today.', 'Shares dropped a lot on the markets today.'],
  ['Please turn down the music.', 'Could you make the music quieter?'],
  ['The recipe needs two eggs and some flour.', 'You need flour and two eggs for this dish.'],
];

/** Sentences of Lewis Carroll (1865), Jane Austen (1813), Herman Melville (1851) and Abraham Lincoln (1863). */
export const CLASSICS: readonly string[] = [
  'Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do.',
  'Once or twice she had peeped into the book her sister was reading, but it had no pictures or conversations in it.',
  'So she was considering in her own mind whether the pleasure of making a daisy-chain would be worth the trouble of getting up and picking the daisies, when suddenly a White Rabbit with pink eyes ran close by her.',
  'There was nothing so very remarkable in that; nor did Alice think it so very much out of the way to hear the Rabbit say to itself, Oh dear! I shall be late!',
  'But when the Rabbit actually took a watch out of its waistcoat-pocket, and looked at it, and then hurried on, Alice started to her feet.',
  'In another moment down went Alice after it, never once considering how in the world she was to get out again.',
  'The rabbit-hole went straight on like a tunnel for some way, and then dipped suddenly down.',
  'Either the well was very deep, or she fell very slowly, for she had plenty of time as she went down to look about her and to wonder what was going to happen next.',
  'It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a wife.',
  'However little known the feelings or views of such a man may be on his first entering a neighbourhood, this truth is so well fixed in the minds of the surrounding families, that he is considered the rightful property of some one or other of their daughters.',
  'Call me Ishmael.',
  'Some years ago, never mind how long precisely, having little or no money in my purse, and nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of the world.',
  'It is a way I have of driving off the spleen and regulating the circulation.',
  'There is nothing surprising in this. If they but knew it, almost all men in their degree, some time or other, cherish very nearly the same feelings towards the ocean with me.',
  'Four score and seven years ago our fathers brought forth on this continent, a new nation, conceived in Liberty, and dedicated to the proposition that all men are created equal.',
  'Now we are engaged in a great civil war, testing whether that nation, or any nation so conceived and so dedicated, can long endure.',
  'We are met on a great battle-field of that war.',
  'The world will little note, nor long remember what we say here, but it can never forget what they did here.',
];
